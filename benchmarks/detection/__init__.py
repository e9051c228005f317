"""What Assay finds and what it leaves in peace, beside its peers."""
