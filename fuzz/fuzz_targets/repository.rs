#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stripeguard_fuzz::repository(data));
