//! How often a set of the packed search is hit by chance.

use std::array;

/// How many bytes of a literal the packed search compares at once.
pub const STUB: usize = 4;

/// The first bytes of a literal.
pub type Stub = [u8; STUB];

/// What the packed search knows of a set: for each of four bytes, which lower and which upper
/// halves some stub of it has there.
#[derive(Clone, Copy, Default)]
pub struct Mask([(u16, u16); STUB]);

impl Mask {
    /// The mask of one stub.
    pub fn of(stub: Stub) -> Self {
        Self(stub.map(|byte| (1 << (byte & 15), 1 << (byte >> 4))))
    }

    /// The mask of the stubs of both.
    pub fn with(mut self, other: Self) -> Self {
        for (own, new) in self.0.iter_mut().zip(other.0) {
            *own = (own.0 | new.0, own.1 | new.1);
        }
        self
    }

    /// How likely four bytes of a text fit.
    pub fn chance(self, common: &Commonness) -> f32 {
        const OF_A_WORD: f32 = 0.0003;
        let shares = self.0.iter().map(|(low, high)| common.share(*low, *high));
        shares.product::<f32>() + OF_A_WORD * common.words(self)
    }
}

/// How common bytes and parts of words are.
pub struct Commonness {
    /// By upper and lower half.
    bytes: [[f32; 16]; 16],
    /// For each of four bytes and each lower half it may have, which words have it there.
    low: [[u64; 16]; STUB],
    /// The same for the upper halves.
    high: [[u64; 16]; STUB],
}

/// The printable bytes of sources of git, cargo, medusa and stripe-node, the commonest first.
const BY_FREQUENCY: &[u8] =
    b" etairson\"\nldcpumfhg.:,_/-b0\ty()wxvk'=T}{`&[]*;>1ASIECPRO#2DN<64j3\\VLMF%B|\
    5q7U$zHG8!9@W?";

/// Parts of words that are far more common in these sources than their bytes.
const WORDS: &[u8; 64 * STUB] = b"tionportmentrateatioptionamestriionsctiotypeturneturountthisretu\
    ringexpoymenxporaymeripeableconsfilejectcommtrinonstoptifrombjec\
    withpathcounStrireatatchonfistatdatesionthataluedataobjeintecode\
    testrrorlineformpackselfhttpcompcontpectxpecexpespecfunclistheck";

impl Commonness {
    /// Takes a microsecond.
    pub fn new() -> Self {
        const RARE: f32 = 0.0003;
        let mut bytes = [[RARE; 16]; 16];
        for (rank, byte) in (0_u8..).zip(BY_FREQUENCY) {
            let weight = 1.0 / (8.0 + f32::from(rank) * 3.0);
            bytes[usize::from(byte >> 4)][usize::from(byte & 15)] += weight;
        }
        let which = |at: usize, half: fn(u8) -> u8| {
            let mut words = [0; 16];
            for (index, word) in WORDS.chunks_exact(STUB).enumerate() {
                words[usize::from(half(word[at]))] |= 1 << index;
            }
            words
        };
        let low = array::from_fn(|at| which(at, |byte| byte & 15));
        let high = array::from_fn(|at| which(at, |byte| byte >> 4));
        Self { bytes, low, high }
    }

    /// The share of the bytes with one of these lower and one of these upper halves.
    fn share(&self, low: u16, high: u16) -> f32 {
        let row = |high: usize| ones(low).map(|low| self.bytes[high][low]).sum::<f32>();
        ones(high).map(row).sum()
    }

    /// How many of the words fit.
    #[allow(clippy::cast_precision_loss, reason = "there are 64 words")]
    fn words(&self, mask: Mask) -> f32 {
        let fitting = mask.0.iter().enumerate().map(|(at, (low, high))| {
            let by = |halves: &[u64; 16], bits| ones(bits).fold(0, |all, half| all | halves[half]);
            by(&self.low[at], *low) & by(&self.high[at], *high)
        });
        fitting.fold(u64::MAX, |all, words| all & words).count_ones() as f32
    }
}

/// The positions of the bits that are set.
fn ones(mut bits: u16) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let at = bits.trailing_zeros();
        bits &= bits.wrapping_sub(1);
        (at < u16::BITS).then_some(at as usize)
    })
}
