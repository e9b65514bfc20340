"""What is known of a stack before anything is judged: the types of its resources."""
