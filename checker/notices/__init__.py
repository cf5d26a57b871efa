"""What is told when something has changed: letters and events made (pure), and sent. Never decides what a change is."""
