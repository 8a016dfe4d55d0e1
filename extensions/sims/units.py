"""Units in which SIM data is shown and answered; rows keep bytes."""

BYTES_PER_MB = 1_048_576
