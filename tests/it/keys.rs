//! Credentials made at run time, so that no file holds anything that looks like one.

/// A small generator of numbers (splitmix64): the same seed gives the same credentials everywhere.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn of(&mut self, alphabet: &[u8], len: usize) -> String {
        (0..len).map(|_| char::from(alphabet[self.below(alphabet.len())])).collect()
    }

    /// Characters of `0-9A-Za-z` that nobody would take for a placeholder: all three classes, and
    /// no character three times in a row.
    pub fn base62(&mut self, len: usize) -> String {
        const ALL: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        loop {
            let text = self.of(ALL, len);
            let has = |class: fn(&u8) -> bool| text.bytes().any(|byte| class(&byte));
            let mixed = has(u8::is_ascii_digit)
                && has(u8::is_ascii_uppercase)
                && has(u8::is_ascii_lowercase);
            let runs = text.as_bytes().windows(3).any(|w| w[0] == w[1] && w[1] == w[2]);
            if (mixed || len < 8) && !runs {
                return text;
            }
        }
    }

    pub fn hex(&mut self, len: usize) -> String {
        self.of(b"0123456789abcdef", len)
    }

    /// The body of an account key: 24 random characters, 34 with `00` behind the 24th, 99 with the
    /// account in it, or any other length without a layout.
    pub fn account_body(&mut self, len: usize) -> String {
        match len {
            34 => format!("{}00{}", self.base62(24), self.base62(8)),
            99 => format!("5{}{}00{}", self.account(), self.base62(72), self.base62(8)),
            24 => loop {
                let body = self.base62(24);
                if !body.starts_with("51") {
                    return body;
                }
            },
            _ => format!("51Ab{}", self.base62(len - 4)),
        }
    }

    /// An account id without `acct_`, of an account made between 2012 and 2024.
    pub fn account(&mut self) -> String {
        let first = [b'0', b'A', b'B', b'C', b'D', b'G', b'K', b'N'][self.below(8)];
        format!("1{}{}", char::from(first), self.base62(14))
    }

    /// 224 characters with the constants of organization keys.
    pub fn organization_body(&mut self) -> String {
        let (a, b, c) = (self.base62(41), self.base62(62), self.base62(97));
        format!("0{a}3q97u979r8593BL5{b}05F0xg0{c}")
    }
}

/// A key of a family such as `sk_live`, with a body of a length.
pub fn key(family: &str, len: usize, seed: u64) -> String {
    format!("{family}_{}", Random::new(seed ^ (len as u64) << 32).account_body(len))
}

/// A live secret key of today's form.
pub fn live_secret(seed: u64) -> String {
    key("sk_live", 99, seed)
}

/// A test publishable key of today's form.
pub fn test_publishable(seed: u64) -> String {
    key("pk_test", 99, seed)
}

/// Replaces the placeholders of rule files: `${sk_live_:99}` is that prefix and a body, `${:24}`
/// random characters, `${x:24}` so many of that letter, `${hex:40}` hexadecimal digits.
pub fn expand(text: &str, random: &mut Random) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let end = start + rest[start..].find('}').expect("a placeholder ends with a brace");
        expanded.push_str(&rest[..start]);
        expanded.push_str(&placeholder(&rest[start + 2..end], random));
        rest = &rest[end + 1..];
    }
    expanded + rest
}

fn placeholder(text: &str, random: &mut Random) -> String {
    let (name, shape) = text.split_once(':').expect("name and shape");
    let len = || shape.parse::<usize>().expect("a length");
    match (name, shape) {
        ("x", _) => "x".repeat(len()),
        ("hex", _) => random.hex(len()),
        ("pi", _) => format!("pi_{}_secret_{}", random.base62(24), random.base62(25)),
        ("seti", _) => format!("seti_{}_secret_{}", random.base62(24), random.base62(31)),
        (_, "ek") => format!("{name}{}", ephemeral_body(random)),
        (_, "hex64") => format!("{name}{}", random.hex(64)),
        (_, "224") => format!("{name}{}", random.organization_body()),
        (_, "24" | "34" | "99") if name.ends_with("_live_") || name.ends_with("_test_") => {
            format!("{name}{}", random.account_body(len()))
        }
        _ => format!("{name}{}", random.base62(len())),
    }
}

fn ephemeral_body(random: &mut Random) -> String {
    use base64::Engine;
    let text = format!("acct_{},{}", random.account(), random.base62(31));
    let encoded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(text);
    format!("{encoded}_00{}", random.base62(8))
}
