"""What is known of a kernel before any code is made for it. Nothing here knows WebAssembly."""
