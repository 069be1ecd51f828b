"""Code for WebAssembly with 128-bit SIMD, made from typed trees and what the analysis knows of them."""
