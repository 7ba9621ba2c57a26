//! What the schema of GitLab's secret detection reports asks for.

use serde_json::Value;

use super::{doctored, merged, shop};

#[test]
fn every_field_that_the_schema_requires_is_there() {
    let text = merged(&doctored(&shop()), &["--format", "gitlab"]).stdout;
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["version"], "15.1.4");
    let scan = &report["scan"];
    assert_eq!((&scan["type"], &scan["status"]), (&"secret_detection".into(), &"failure".into()));
    assert_eq!(scan["start_time"], "2027-01-15T08:00:00");
    for who in ["analyzer", "scanner"] {
        for field in ["id", "name", "version"] {
            assert!(!scan[who][field].as_str().unwrap().is_empty(), "{who} {field}");
        }
        assert!(scan[who]["vendor"]["name"].is_string());
    }
    for message in scan["messages"].as_array().unwrap() {
        assert!(["info", "warn"].contains(&message["level"].as_str().unwrap()));
        assert!(!message["value"].as_str().unwrap().is_empty());
    }
    let all = report["vulnerabilities"].as_array().unwrap();
    assert!(all.len() > 5);
    let mut ids: Vec<&str> = all.iter().map(|one| one["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all.len(), "an id is unique");
    for one in all {
        let severity = one["severity"].as_str().unwrap();
        assert!(["Critical", "High", "Medium", "Low", "Info"].contains(&severity));
        let identifier = &one["identifiers"][0];
        for field in ["type", "name", "value"] {
            assert!(!identifier[field].as_str().unwrap().is_empty());
        }
        assert!(identifier["url"].as_str().unwrap().starts_with("https://"));
        assert!(!one["location"]["commit"]["sha"].as_str().unwrap().is_empty());
        assert!(one["name"].as_str().unwrap().chars().count() <= 255);
    }
}
