"""What today's ecosystem does and does not offer for block sparsity, seen on the machine at hand."""
