//! The text of a list: the `>` of Windows PowerShell writes UTF-16, and some editors a byte-order mark.

/// Decodes UTF-8 and, where a byte-order mark says so, UTF-16.
///
/// # Errors
/// What is wrong with the bytes, and what to do about it.
pub fn decode(bytes: &[u8]) -> Result<String, String> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => narrow(rest),
        _ => narrow(bytes),
    }
}

fn narrow(bytes: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count() + 1;
        format!(
            "is neither UTF-8 nor UTF-16 with a byte-order mark (line {line}); save it as UTF-8"
        )
    })?;
    Ok(text.to_owned())
}

fn wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, String> {
    let (units, rest) = bytes.as_chunks::<2>();
    let text = String::from_utf16(&units.iter().map(|pair| unit(*pair)).collect::<Vec<_>>());
    text.ok().filter(|_| rest.is_empty()).ok_or_else(|| {
        "begins like UTF-16 and is none all through; write the list again, as UTF-8".to_owned()
    })
}
