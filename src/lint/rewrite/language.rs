//! How languages read a variable of the environment, and where an expression may stand in the place
//! of a literal.

use crate::lint::format::Format;

/// A language.
pub struct Language {
    /// Kinds of nodes that are strings.
    pub strings: &'static [&'static str],
    /// Kinds of nodes that a string may be a part of, with the field that it has to be, if need be;
    /// `last` is the last of all parts.
    pub holders: &'static [(&'static str, &'static str)],
    /// Kinds of nodes that do nothing but hold one other.
    pub wrappers: &'static [&'static str],
    /// Kinds of nodes within which only constants may stand.
    pub constants: &'static [&'static str],
    /// The expression, with `NAME` for the variable and `"` for the quotes.
    pub read: &'static str,
    /// What has to be imported for that.
    pub import: Option<Import>,
    /// One of these words stands in programs that have such an environment; none if all have one.
    pub signs: &'static [&'static str],
}

/// An import.
pub struct Import {
    /// The line.
    pub line: &'static str,
    /// Kinds of nodes that are imports.
    pub kinds: &'static [&'static str],
    /// How the text of one that does it begins, or what stands in it.
    pub is_there: fn(&str) -> bool,
}

const JAVASCRIPT: Language = Language {
    strings: &["string", "template_string"],
    holders: &[
        ("arguments", ""),
        ("array", ""),
        ("assignment_expression", "right"),
        ("field_definition", "value"),
        ("pair", "value"),
        ("public_field_definition", "value"),
        ("return_statement", ""),
        ("variable_declarator", "value"),
    ],
    wrappers: &[],
    constants: &[],
    read: "process.env.NAME",
    import: None,
    // What runs in a browser has no `process`.
    signs: &["process.env", "require(", "'stripe'", "\"stripe\"", "'node:", "\"node:"],
};

/// A variable may be missing, which the types say and a literal never is.
const TYPESCRIPT: Language = Language { read: "process.env.NAME!", ..JAVASCRIPT };

const PYTHON: Language = Language {
    strings: &["string"],
    holders: &[
        ("argument_list", ""),
        ("assignment", "right"),
        ("keyword_argument", "value"),
        ("list", ""),
        ("pair", "value"),
        ("return_statement", ""),
    ],
    wrappers: &[],
    constants: &[],
    read: "os.environ[\"NAME\"]",
    import: Some(Import {
        line: "import os\n",
        kinds: &["import_statement", "import_from_statement"],
        is_there: |text| text == "import os" || text.starts_with("import os,"),
    }),
    signs: &[],
};

const RUBY: Language = Language {
    strings: &["string"],
    holders: &[("argument_list", ""), ("array", ""), ("assignment", "right"), ("pair", "value")],
    wrappers: &[],
    constants: &[],
    read: "ENV.fetch(\"NAME\")",
    import: None,
    signs: &[],
};

const PHP: Language = Language {
    strings: &["string", "encapsed_string"],
    holders: &[
        ("argument", "last"),
        ("array_element_initializer", "last"),
        ("assignment_expression", "right"),
        ("return_statement", ""),
    ],
    wrappers: &[],
    constants: &[
        "attribute_group",
        "const_declaration",
        "enum_case",
        "function_static_declaration",
        "property_declaration",
        "property_promotion_parameter",
        "simple_parameter",
    ],
    read: "getenv(\"NAME\")",
    import: None,
    signs: &[],
};

const GO: Language = Language {
    strings: &["interpreted_string_literal", "raw_string_literal"],
    holders: &[
        ("argument_list", ""),
        ("expression_list", ""),
        ("keyed_element", "last"),
        ("literal_value", ""),
    ],
    wrappers: &["literal_element"],
    constants: &["const_declaration"],
    read: "os.Getenv(\"NAME\")",
    import: Some(Import {
        line: "import \"os\"\n",
        kinds: &["import_declaration"],
        is_there: |text| text.contains("\"os\""),
    }),
    signs: &[],
};

const JAVA: Language = Language {
    strings: &["string_literal"],
    holders: &[
        ("argument_list", ""),
        ("array_initializer", ""),
        ("assignment_expression", "right"),
        ("return_statement", ""),
        ("variable_declarator", "value"),
    ],
    wrappers: &[],
    constants: &["annotation", "switch_label"],
    read: "System.getenv(\"NAME\")",
    import: None,
    signs: &[],
};

const CSHARP: Language = Language {
    strings: &["string_literal"],
    holders: &[
        ("argument", "last"),
        ("arrow_expression_clause", ""),
        ("assignment_expression", "right"),
        ("initializer_expression", ""),
        ("return_statement", ""),
        ("variable_declarator", "last"),
    ],
    wrappers: &["equals_value_clause"],
    constants: &["attribute", "parameter", "case_switch_label"],
    read: "System.Environment.GetEnvironmentVariable(\"NAME\")",
    import: None,
    signs: &[],
};

const KOTLIN: Language = Language {
    strings: &["string_literal"],
    holders: &[
        ("assignment", "last"),
        ("property_declaration", "last"),
        ("value_argument", "last"),
    ],
    wrappers: &[],
    constants: &["annotation"],
    read: "System.getenv(\"NAME\")",
    import: None,
    signs: &[],
};

/// The language of a format, if a variable can be read in it where a literal stood.
pub fn of(format: Format) -> Option<&'static Language> {
    Some(match format {
        Format::Javascript => &JAVASCRIPT,
        Format::Typescript | Format::Tsx => &TYPESCRIPT,
        Format::Python => &PYTHON,
        Format::Ruby => &RUBY,
        Format::Php => &PHP,
        Format::Go => &GO,
        Format::Java => &JAVA,
        Format::Csharp => &CSHARP,
        Format::Kotlin => &KOTLIN,
        _ => return None,
    })
}
