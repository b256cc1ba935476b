"""What the page shows beside the findings of a check, gathered part by part."""
