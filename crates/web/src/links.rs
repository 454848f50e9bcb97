//! Where a link in a text that somebody wrote may lead.

/// Where a link may lead. What only looks like a path (`//host`), or hides its host behind a name and an `@`, may not.
pub fn may_lead_to(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    if ["mailto:", "tel:"].iter().any(|scheme| lower.starts_with(scheme)) || is_path(address) {
        return true;
    }
    let rest = ["https://", "http://"].iter().find_map(|scheme| lower.strip_prefix(scheme));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    !host.is_empty() && !host.contains(['@', '\\'])
}

/// Whether it is a path on this site: one slash, and nothing that a browser takes for a second.
pub fn is_path(address: &str) -> bool {
    let odd = |letter: char| letter == '\\' || letter.is_control();
    address.starts_with('/') && !address.starts_with("//") && !address.contains(odd)
}
