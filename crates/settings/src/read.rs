//! The settings file, read for a person: what is wrong is said in words that say what to change.

use crate::Council;
use kernel::Fault;
use serde_json::Value;

/// Reads a settings file. Every key must be known: a slip in one would else change nothing, and say nothing.
pub fn read_settings(text: &str) -> Result<Council, Fault> {
    let table: toml::Table = toml::from_str(text)?;
    let Value::Object(known) = serde_json::to_value(Council::unnamed())? else {
        anyhow::bail!("the settings are kept as an object");
    };
    for (key, value) in &table {
        let Some(like) = known.get(key) else {
            let close = known.keys().find(|each| is_close(each, key));
            let hint = close.map_or_else(String::new, |close| format!(" Did you mean ‘{close}’?"));
            anyhow::bail!("‘{key}’ is not a setting.{hint} `hearth settings show` prints those there are");
        };
        let wanted = match like {
            Value::String(_) if !value.is_str() => "words in quotation marks, such as \"Halton\"",
            Value::Number(_) if !value.as_integer().is_some_and(|number| (0..360).contains(&number)) => {
                "a whole number from 0 to 359, without quotation marks"
            }
            Value::Array(_) if !value.is_array() => "a list in square brackets",
            Value::Object(_) if !value.is_table() => "a part with its own lines, under [its name]",
            _ => continue,
        };
        anyhow::bail!("‘{key}’ must be {wanted}");
    }
    toml::from_str(text).map_err(|wrong: toml::de::Error| {
        match wrong.message().strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
            Some(key) if known.contains_key(key) => {
                anyhow::anyhow!("‘{key}’ is missing: every council gives it")
            }
            _ => wrong.into(),
        }
    })
}

/// Whether one name is another with a slip in it: one letter more, fewer or other.
fn is_close(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let start = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let end = one[start..].iter().rev().zip(other[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    one.len().abs_diff(other.len()) <= 1 && one.len().max(other.len()) - start - end <= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "name = 'Testshire hubs'\nstrapline = ''\narea_name = 'Testshire'\narea_code = ''\n\
        programme_name = ''\nphone = ''\nemail = ''\ntowns = []\nbrand_hue = 140\n";

    #[test]
    fn what_is_wrong_with_a_settings_file_is_said_in_plain_words() {
        assert_eq!(read_settings(GOOD).unwrap().brand_hue, 140);
        for (from, to, words) in [
            ("name = 'Test", "nmae = 'Test", "‘nmae’ is not a setting. Did you mean ‘name’?"),
            ("brand_hue = 140", "brand_hue = 'blue'", "‘brand_hue’ must be a whole number from 0 to 359"),
            ("brand_hue = 140", "brand_hue = 99999", "‘brand_hue’ must be a whole number from 0 to 359"),
            ("phone = ''", "phone = 151", "‘phone’ must be words in quotation marks"),
            ("towns = []", "towns = 'Widnes'", "‘towns’ must be a list"),
            ("email = ''\n", "", "‘email’ is missing"),
        ] {
            let wrong = read_settings(&GOOD.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(wrong.contains(words), "{to}: {wrong}");
        }
    }
}
