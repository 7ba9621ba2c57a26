//! Tables that no spreadsheet takes for formulas.

use super::{doctored, merged, shop};

#[test]
fn every_row_has_the_columns_of_the_header_and_no_cell_is_a_formula() {
    let text = merged(&doctored(&shop()), &["--format", "csv"]).stdout;
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let header = table.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    assert!(rows.len() > 8, "{text}");
    for row in &rows {
        assert_eq!(row.len(), header.len());
        for cell in row {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
        }
    }
    let column = |name: &str| header.iter().position(|one| one == name).unwrap();
    let kinds: Vec<&str> = rows.iter().map(|row| &row[column("kind")]).collect();
    for kind in ["secret", "lint", "gap", "notice"] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
    let lint = rows.iter().find(|row| &row[0] == "lint").unwrap();
    assert!(lint[column("message")].starts_with("'=1+1 "), "{lint:?}");
    let old = rows.iter().find(|row| &row[column("path")] == "legacy/pay.php").unwrap();
    assert_eq!((&old[column("line")], &old[column("at_head")]), ("2", "false"));
}
