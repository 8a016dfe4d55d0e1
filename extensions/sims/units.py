"""Units in which SIM data is shown and answered; rows keep bytes."""

BYTES_PER_MB = 1_048_576


def megabytes(count: int) -> str:
    """Bytes as MB of 1 048 576 bytes, with as many decimals as say something."""
    value = count / BYTES_PER_MB
    size = abs(value)
    decimals = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 else 3
    return f"{value:,.{decimals if count else 0}f}"


def typed_megabytes(count: int) -> str:
    """An amount that was typed in MB, as it was typed: at most three decimals."""
    return f"{count / BYTES_PER_MB:,.3f}".rstrip("0").rstrip(".")
