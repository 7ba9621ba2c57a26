//! A stream of findings.

use serde_json::Value;

use super::shop;

#[test]
fn each_line_is_a_finding_and_the_last_is_the_rest_of_the_document() {
    let shop = shop();
    let text = shop.report("jsonl");
    let mut lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut document: Value = serde_json::from_str(&shop.report("json")).unwrap();
    let mut end = lines.pop().unwrap();
    assert_eq!(end["record"], "end");
    end.as_object_mut().unwrap().remove("record");
    for line in &mut lines {
        assert_eq!(line.as_object_mut().unwrap().remove("record").unwrap(), "finding");
    }
    let findings = document.as_object_mut().unwrap().remove("findings").unwrap();
    assert_eq!(findings, Value::Array(lines));
    assert_eq!(document, end);
}
