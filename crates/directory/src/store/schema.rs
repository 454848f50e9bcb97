use store::Migration;

/// The room's tables: Open Referral UK v3 in full, and beside it what parents need and the standard leaves out.
pub const MIGRATIONS: &[Migration] = &[
    Migration { room: "directory", number: 1, name: "organisations, places, services", sql: CORE },
    Migration { room: "directory", number: 2, name: "what hangs on a service", sql: PARTS },
    Migration { room: "directory", number: 3, name: "reports and postcodes", sql: AROUND },
    Migration { room: "directory", number: 4, name: "how often opened, hidden, and answered", sql: UPKEEP },
    Migration { room: "directory", number: 5, name: "versions of services", sql: VERSIONS },
    Migration { room: "directory", number: 6, name: "families' words", sql: super::words::WORDS },
    Migration { room: "directory", number: 7, name: "pictures of services", sql: super::pictures::PICTURES },
    Migration {
        room: "directory",
        number: 8,
        name: "services that stand for another",
        sql: super::replaced::REPLACED,
    },
    Migration { room: "directory", number: 9, name: "what documents mean", sql: super::vectors::VECTORS },
];

const CORE: &str = "
create table organization (
    id {id} not null primary key,
    slug {text} not null constraint organization_slug_unique unique,
    name {text} not null,
    description {text} not null,
    kind {text} not null constraint organization_kind check (kind in ('council','nhs','charity','community','national','school','housing','private')),
    website {text}, email {text}, phone {text}, logo {text}, uri {text},
    parent_organization_id {id} constraint organization_parent references organization (id),
    source {text}, assured_date {text},
    last_modified {instant} not null
) {strict};
create table organization_identifier (
    id {id} not null primary key,
    organization_id {id} not null constraint organization_identifier_of references organization (id),
    identifier_scheme {text} not null, identifier_type {text} not null, identifier {text} not null
) {strict};
create index organization_identifier_by_organization on organization_identifier (organization_id);
create table location (
    id {id} not null primary key,
    slug {text} not null constraint location_slug_unique unique,
    location_type {text} not null constraint location_type check (location_type in ('physical','postal','virtual')),
    name {text} not null, description {text} not null, town {text} not null,
    hub {bool} not null, sensitive {bool} not null,
    latitude {real}, longitude {real},
    point_quality {text} constraint location_point_quality check (point_quality in ('exact','sector','town')),
    transportation {text}, url {text}, external_identifier {text}, external_identifier_type {text},
    source {text} not null, assured_date {text}, doubt {text},
    last_modified {instant} not null,
    constraint location_point_whole check ((latitude is null) = (longitude is null) and (latitude is null) = (point_quality is null)),
    constraint location_sensitive_has_no_exact_point check (not sensitive or latitude is null)
) {strict};
create table address (
    id {id} not null primary key,
    location_id {id} not null constraint address_of references location (id),
    address_type {text} not null constraint address_type check (address_type in ('physical','postal','virtual')),
    attention {text}, address_1 {text}, address_2 {text}, city {text} not null, region {text},
    state_province {text} not null, postal_code {text}, country {text} not null
) {strict};
create index address_by_location on address (location_id);
create table accessibility (
    id {id} not null primary key,
    location_id {id} not null constraint accessibility_of references location (id),
    feature {text} not null constraint accessibility_feature check (feature in ('step_free','accessible_toilet','changing_places','hearing_loop','bsl','parking','pram_space','quiet_space','breastfeeding_space')),
    state {text} not null constraint accessibility_state check (state in ('yes','no','unknown')),
    details {text} not null, url {text},
    constraint accessibility_once unique (location_id, feature)
) {strict};
create table taxonomy (
    id {id} not null primary key,
    slug {text} not null constraint taxonomy_slug_unique unique,
    name {text} not null, description {text} not null, uri {text}, version {text}
) {strict};
create table taxonomy_term (
    id {id} not null primary key,
    taxonomy_id {id} not null constraint taxonomy_term_of references taxonomy (id),
    slug {text} not null constraint taxonomy_term_slug_unique unique,
    name {text} not null, description {text} not null, code {text}, term_uri {text},
    parent_id {id} constraint taxonomy_term_parent references taxonomy_term (id),
    icon {text} not null, tile {int}, position {int} not null, sensitive {bool} not null
) {strict};
create table service (
    id {id} not null primary key,
    slug {text} not null constraint service_slug_unique unique,
    organization_id {id} not null constraint service_organization references organization (id),
    name {text} not null, alternate_name {text},
    summary {text} not null, description {text} not null,
    status {text} not null constraint service_status check (status in ('active','inactive','defunct','temporarily closed')),
    alert {text}, url {text}, email {text}, accreditations {text}, licenses {text},
    who_for {text}, eligibility_description {text},
    pregnancy {bool} not null, age_from_months {int}, age_until_months {int},
    application_process {text}, what_happens {text} not null, offers {text} not null,
    cost {text} not null constraint service_cost check (cost in ('free','some_free','paid','unknown')),
    fees_description {text}, interpretation_services {text},
    wait_time {text}, wait_time_on {text},
    sensitive {bool} not null, baby {bool} not null, loss {bool} not null,
    source {text} not null, source_url {text}, doubt {text},
    assured_date {text}, assurer_email {text},
    last_modified {instant} not null,
    constraint service_ages check (age_until_months is null or age_until_months > coalesce(age_from_months, 0) or (pregnancy and age_until_months = 0))
) {strict};
create index service_by_organization on service (organization_id);
";

const PARTS: &str = "
create table service_value (
    service_id {id} not null constraint service_value_of references service (id),
    list {text} not null,
    position {int} not null,
    value {text} not null,
    constraint service_value_key primary key (service_id, list, position),
    constraint service_value_known check (
        (list = 'alias')
        or (list = 'access' and value in ('hub','network','home','online','phone'))
        or (list = 'way_in' and value in ('open','self','family','professional','unknown'))
        or (list = 'audience' and value in ('dads','young_parents','kinship','parents','young_people','children','families_with_send','professionals'))
        or (list = 'thrive' and value in ('thriving','getting_advice','getting_help','getting_more_help','getting_risk_support'))
        or (list = 'severity' and value in ('mild','moderate','severe','crisis'))
        or (list = 'send_need' and value in ('SPLD','MLD','SLD','PMLD','SEMH','SLCN','HI','VI','MSI','PD','ASD','OTH','NSA')))
) {strict};
create table service_at_location (
    id {id} not null primary key,
    service_id {id} not null constraint service_at_location_service references service (id),
    location_id {id} not null constraint service_at_location_location references location (id),
    description {text},
    constraint service_at_location_once unique (service_id, location_id)
) {strict};
create index service_at_location_by_location on service_at_location (location_id);
create table schedule (
    id {id} not null primary key,
    service_id {id} constraint schedule_service references service (id),
    service_at_location_id {id} constraint schedule_service_at_location references service_at_location (id),
    location_id {id} constraint schedule_location references location (id),
    freq {text} not null constraint schedule_freq check (freq in ('weekly','monthly')),
    byday {text} not null, bymonthday {text} not null, nth {int}, interval {int} not null,
    opens_at {int}, closes_at {int}, valid_from {text}, valid_to {text}, dtstart {text},
    term {text} not null constraint schedule_term check (term in ('all_year','term_time','holidays')),
    attending_type {text} constraint schedule_attending check (attending_type in ('drop_in','book','phone','online')),
    description {text} not null, schedule_link {text}, notes {text},
    constraint schedule_times check ((opens_at is null) = (closes_at is null) and (opens_at is null or (opens_at between 0 and 1440 and closes_at between 1 and 2880 and closes_at > opens_at))),
    constraint schedule_of_something check (service_id is not null or location_id is not null)
) {strict};
create index schedule_by_service on schedule (service_id);
create index schedule_by_location on schedule (location_id);
create table service_area (
    id {id} not null primary key,
    service_id {id} not null constraint service_area_of references service (id),
    name {text} not null, code {text} not null, extent {text}, extent_type {text}, uri {text}
) {strict};
create index service_area_by_service on service_area (service_id);
create table contact (
    id {id} not null primary key,
    service_id {id} constraint contact_service references service (id),
    organization_id {id} constraint contact_organization references organization (id),
    location_id {id} constraint contact_location references location (id),
    name {text}, title {text}, department {text}, email {text}
) {strict};
create index contact_by_service on contact (service_id);
create table phone (
    id {id} not null primary key,
    service_id {id} constraint phone_service references service (id),
    organization_id {id} constraint phone_organization references organization (id),
    location_id {id} constraint phone_location references location (id),
    contact_id {id} constraint phone_contact references contact (id),
    position {int} not null,
    number {text} not null, extension {text}, type {text}, description {text} not null, hours {text} not null
) {strict};
create index phone_by_service on phone (service_id);
create index phone_by_location on phone (location_id);
create table language (
    id {id} not null primary key,
    service_id {id} constraint language_service references service (id),
    location_id {id} constraint language_location references location (id),
    phone_id {id} constraint language_phone references phone (id),
    name {text}, code {text} not null, note {text}
) {strict};
create index language_by_service on language (service_id);
create table cost_option (
    id {id} not null primary key,
    service_id {id} not null constraint cost_option_of references service (id),
    position {int} not null,
    valid_from {text}, valid_to {text}, option {text} not null, currency {text} not null, amount {real},
    amount_description {text} not null
) {strict};
create index cost_option_by_service on cost_option (service_id);
create table funding (
    id {id} not null primary key,
    service_id {id} constraint funding_service references service (id),
    organization_id {id} constraint funding_organization references organization (id),
    source {text} not null
) {strict};
create index funding_by_service on funding (service_id);
create table attribute (
    id {id} not null primary key,
    link_id {id} not null, link_entity {text} not null, link_type {text} not null,
    taxonomy_term_id {id} not null constraint attribute_term references taxonomy_term (id),
    position {int} not null, value {text},
    constraint attribute_once unique (link_id, link_type, taxonomy_term_id)
) {strict};
create index attribute_by_term on attribute (taxonomy_term_id);
create table assurance (
    id {id} not null primary key,
    service_id {id} not null constraint assurance_of references service (id),
    field {text} not null, assured_on {text} not null, assured_by {text} not null, how {text} not null
) {strict};
create index assurance_by_service on assurance (service_id);
";

const AROUND: &str = "
create table problem_report (
    id {id} not null primary key,
    reference {text} not null constraint problem_report_reference_unique unique,
    service_id {id} not null constraint problem_report_service references service (id),
    field {text} not null constraint problem_report_field check (field in ('closed','phone','hours','address','cost','way_in','other')),
    words {text} not null, reply_to {text},
    safety_level {text} not null constraint problem_report_safety check (safety_level in ('clear','amber','red')),
    form_key {text} not null constraint problem_report_once unique,
    reported_at {instant} not null, settled_at {instant}, outcome {text}
) {strict};
create index problem_report_by_service on problem_report (service_id);
create index problem_report_by_settled on problem_report (settled_at);
create table postcode (
    code {text} not null primary key,
    latitude {real} not null, longitude {real} not null,
    quality {text} not null constraint postcode_quality check (quality in ('exact','sector','town')),
    gridind {int}, introduced {text}, terminated {text},
    authority {text} not null, ward {text} not null, lsoa {text} not null
) {strict};
";

const UPKEEP: &str = "
create table service_view (
    service_id {id} not null constraint service_view_of references service (id) on delete cascade,
    day {text} not null, opens {int} not null,
    constraint service_view_key primary key (service_id, day)
) {strict};
create index service_view_by_day on service_view (day);
create table service_hiding (
    service_id {id} not null constraint service_hiding_key primary key
        constraint service_hiding_of references service (id) on delete cascade,
    reason {text} not null constraint service_hiding_reason check (reason in ('unchecked','by_hand')),
    hidden_at {instant} not null
) {strict};
alter table problem_report add column answer {text};
";

// A version is written once and never changed: what families saw on any day can be shown and brought back.
const VERSIONS: &str = "
create table service_version (
    id {id} not null primary key,
    service_id {id} not null constraint service_version_of references service (id),
    number {int} not null constraint service_version_number check (number > 0),
    draft {text} not null,
    published_at {instant} not null,
    published_by {id}, why {text} not null, change_id {id},
    constraint service_version_once unique (service_id, number)
) {strict};
";
