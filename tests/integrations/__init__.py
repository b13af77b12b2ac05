"""What other programs are given to work with this one."""
