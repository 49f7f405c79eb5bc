"""`python -m pipeline` is the same as `zhenggai`."""

from pipeline.cli.commands import main

if __name__ == "__main__":
    main()
