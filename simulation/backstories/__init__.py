"""Making stories, thousands at a time, and the survey of who tells them."""
