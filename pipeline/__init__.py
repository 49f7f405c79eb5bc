"""整改通: reads inspection-rectification documents by rules, reconciles them and rebuilds them."""

__version__ = "0.1.0"
