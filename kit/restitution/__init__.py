"""What a commune gets back at the end: its data as a sealed bag that anybody can check."""
