mod attribution;
mod differential;
mod fixture;
