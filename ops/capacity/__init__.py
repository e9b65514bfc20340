"""What a load of purchases costs, and which quota of AWS it meets first."""
