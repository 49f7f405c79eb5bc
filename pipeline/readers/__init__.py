"""Files of every format as one `Document`.

In: the bytes of one untrusted file.  Out: its text as blocks in reading order with what was noticed, or a `Rejected`
with its class.  May import `core` and `ruleset`; no other room opens a document.
"""
