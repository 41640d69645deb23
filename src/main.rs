//! The program: a thin door to the library.

#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> lettermill::cli::Exit {
    lettermill::cli::main()
}
