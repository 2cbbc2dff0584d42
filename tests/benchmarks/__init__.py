"""`./dev bench`: the site as it is served, held against an empty Django view in the same rounds."""

ANCHOR_BYTES = 8192
