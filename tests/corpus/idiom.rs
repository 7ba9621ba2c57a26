//! How credentials stand in the files of people: languages, configurations, logs.

use super::Case;
use super::credential::{self, Credential};
use crate::keys::Random;

/// Path and text; `§` is where the credential goes.
const IDIOMS: &[(&str, &str, &str)] = &[
    (
        "JavaScript",
        "server.js",
        "const express = require('express');\nconst stripe = require('stripe')('§');\nmodule.exports = stripe;\n",
    ),
    (
        "JavaScript",
        "api.mjs",
        "import Stripe from 'stripe';\nexport const stripe = new Stripe(\"§\", { apiVersion: '2024-06-20' });\n",
    ),
    (
        "TypeScript",
        "stripe.ts",
        "import Stripe from 'stripe';\nconst key: string = process.env.STRIPE_KEY ?? '§';\nexport default new Stripe(key);\n",
    ),
    (
        "TypeScript",
        "pay.tsx",
        "export function Pay() {\n  const headers = { Authorization: `Bearer §` };\n  return fetch('https://api.stripe.com/v1/charges', { headers });\n}\n",
    ),
    (
        "Python",
        "settings.py",
        "import os\nimport stripe\n\nSTRIPE_SECRET_KEY = os.getenv('STRIPE_SECRET_KEY', '§')\nstripe.api_key = STRIPE_SECRET_KEY\n",
    ),
    (
        "Python",
        "charge.py",
        "import requests\nr = requests.get('https://api.stripe.com/v1/charges', auth=('§', ''))\n",
    ),
    (
        "Ruby",
        "stripe.rb",
        "require 'stripe'\n\nStripe.api_key = ENV.fetch(\"STRIPE_KEY\") { \"§\" }\n",
    ),
    ("Ruby", "rails.rb", "Rails.configuration.stripe = {\n  :secret_key => '§',\n}\n"),
    (
        "PHP",
        "pay.php",
        "<?php\nrequire 'vendor/autoload.php';\n\\Stripe\\Stripe::setApiKey('§');\n",
    ),
    (
        "PHP",
        "services.php",
        "<?php\nreturn [\n    'stripe' => [\n        'secret' => env('STRIPE_SECRET', \"§\"),\n    ],\n];\n",
    ),
    (
        "Go",
        "main.go",
        "package main\n\nimport \"github.com/stripe/stripe-go/v76\"\n\nfunc init() {\n\tstripe.Key = \"§\"\n}\n",
    ),
    ("Go", "raw.go", "package pay\n\nconst stripeKey = `§`\n"),
    (
        "Java",
        "Pay.java",
        "import com.stripe.Stripe;\n\nclass Pay {\n    static { Stripe.apiKey = \"§\"; }\n}\n",
    ),
    (
        "Kotlin",
        "Pay.kt",
        "import com.stripe.Stripe\n\nobject Pay {\n    const val STRIPE_KEY = \"§\"\n}\n",
    ),
    (
        "C#",
        "Pay.cs",
        "using Stripe;\n\nclass Pay {\n    void Init() { StripeConfiguration.ApiKey = @\"§\"; }\n}\n",
    ),
    (
        "Swift",
        "Pay.swift",
        "import Stripe\n\nlet stripeKey = \"§\"\nStripeAPI.defaultPublishableKey = stripeKey\n",
    ),
    (
        "Rust",
        "main.rs",
        "// the Stripe client of the shop\nfn main() {\n    let client = stripe::Client::new(\"§\");\n}\n",
    ),
    ("Rust", "raw.rs", "// Stripe\nconst KEY: &str = r#\"§\"#;\nconst BYTES: &[u8] = b\"x\";\n"),
    ("Elixir", "config.exs", "import Config\n\nconfig :stripity_stripe, api_key: \"§\"\n"),
    (
        "Shell",
        "deploy.sh",
        "#!/bin/sh\nset -e\nexport STRIPE_API_KEY=§\ncurl https://api.stripe.com/v1/balance -u \"$STRIPE_API_KEY:\"\n",
    ),
    ("Shell", "fish.sh", "#!/bin/sh\nSTRIPE_KEY=${STRIPE_KEY:-§}\necho done\n"),
    ("YAML", "values.yaml", "stripe:\n  enabled: true\n  secretKey: §\n"),
    (
        "YAML",
        "compose.yaml",
        "services:\n  web:\n    environment:\n      - STRIPE_SECRET_KEY=§\n      - LANG=C\n",
    ),
    ("YAML", "flow.yaml", "stripe: {live: true, key: §, retries: 3}\n"),
    ("TOML", "wrangler.toml", "name = \"shop\"\n[vars]\nSTRIPE_KEY = \"§\"\n"),
    ("JSON", "config.json", "{\n  \"stripe\": { \"secret\": \"§\" }\n}\n"),
    ("dotenv", ".env", "APP_ENV=production\nSTRIPE_SECRET=§\n# end\n"),
    ("dotenv", ".env.local", "STRIPE_SECRET=\"§\" # rolled in May\n"),
    ("properties", "application.properties", "server.port=8080\nstripe.api.key=§\n"),
    ("INI", "settings.ini", "[stripe]\nkey = § ; live\n"),
    (
        "Dockerfile",
        "Dockerfile",
        "FROM node:20\nENV STRIPE_KEY=§ NODE_ENV=production\nCMD [\"node\", \"index.js\"]\n",
    ),
    ("HCL", "main.tfvars", "region = \"eu-west-1\"\nstripe_api_key = \"§\"\n"),
    (
        "XML",
        "web.config",
        "<configuration>\n  <add key=\"StripeKey\" value=\"§\"/>\n</configuration>\n",
    ),
    (
        "plist",
        "Info.plist",
        "<plist><dict>\n<key>StripeKey</key>\n<string>§</string>\n</dict></plist>\n",
    ),
    (
        "strings.xml",
        "strings.xml",
        "<resources>\n  <string name=\"stripe_key\">§</string>\n</resources>\n",
    ),
    ("HTML", "index.html", "<html>\n<script>var stripe = Stripe('§');</script>\n</html>\n"),
    (
        "SQL",
        "dump.sql",
        "-- options\nINSERT INTO `wp_options` VALUES (7,'woocommerce_stripe_settings','a:1:{s:10:\\\"secret_key\\\";s:9:\\\"§\\\";}','yes');\n",
    ),
    (
        "notebook",
        "pay.ipynb",
        "{\"cells\":[{\"cell_type\":\"code\",\"source\":[\"import stripe\\n\",\n\"stripe.api_key = \\\"§\\\"\\n\"]}]}\n",
    ),
    (
        "history",
        ".bash_history",
        "ls\ncurl https://api.stripe.com/v1/charges -u §: -d amount=2000\nexit\n",
    ),
    (
        "log",
        "app.log",
        "2024-01-02T03:04:05Z INFO start\n2024-01-02T03:04:06Z ERROR stripe: POST /v1/charges [Authorization: Bearer §] 402\n",
    ),
    ("Markdown", "NOTES.md", "# Stripe\n\nUse `§` for the live shop.\n"),
    (
        "diff",
        "fix.patch",
        "--- a/stripe.py\n+++ b/stripe.py\n@@ -1 +1 @@\n-key = '§'\n+key = os.environ['STRIPE']\n",
    ),
];

/// Every idiom with every family.
pub fn cases(random: &mut Random) -> Vec<Case> {
    let mut cases = Vec::new();
    for (label, path, text) in IDIOMS {
        for credential in credential::all(random) {
            let (before, after) = text.split_once('§').expect("an idiom has a place");
            if credential.needs_quote && !before.ends_with(['"', '\'', '=']) {
                continue;
            }
            cases.push(written(label, path, &credential, (before, after)));
        }
    }
    cases
}

fn written(
    label: &str,
    path: &str,
    credential: &Credential,
    (before, after): (&str, &str),
) -> Case {
    let parts = (before.as_bytes(), credential.value.as_bytes(), after.as_bytes());
    let mut case = Case::around("idiom", label, credential, parts);
    path.clone_into(&mut case.path);
    case
}
