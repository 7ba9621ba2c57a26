mod attribution;
mod damage;
mod deltas;
mod differential;
mod fixture;
mod packs;
