mod imports;
mod source_map;
