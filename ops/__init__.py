"""The operator's command `rewards`: everything through events and capabilities, nothing around them."""
