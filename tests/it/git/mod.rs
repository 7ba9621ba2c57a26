mod attribution;
mod fixture;
