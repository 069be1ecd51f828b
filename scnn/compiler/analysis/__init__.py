"""Static analysis of kernels, before code generation. Nothing here depends on WebAssembly."""
