"""Opening a crisis on screen: the draft and what it says, its steps, the screen that goes through them."""
