use crate::model::ServiceId;
use kernel::{Fault, Id, Instant};
use store::{Tx, args};

/// A report as it is kept.
pub(crate) struct ReportRow {
    pub id: Id<()>,
    pub reference: String,
    pub service: ServiceId,
    pub field: &'static str,
    pub words: String,
    pub reply_to: Option<String>,
    pub safety_level: &'static str,
    pub form_key: String,
    pub reported_at: Instant,
}

pub(crate) fn insert_report(tx: &mut Tx, report: &ReportRow) -> Result<(), Fault> {
    tx.exec(
        "insert into problem_report (id, reference, service_id, field, words, reply_to, safety_level, form_key, reported_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![report.id, report.reference.as_str(), report.service, report.field, report.words.as_str(), report.reply_to.clone(), report.safety_level, report.form_key.as_str(), report.reported_at],
    )?;
    Ok(())
}

/// The reference a form that was sent twice got the first time.
pub(crate) fn find_report_by_key(tx: &mut Tx, form_key: &str) -> Result<Option<String>, Fault> {
    Ok(tx
        .opt::<(String,)>("select reference from problem_report where form_key = $1", args![form_key])?
        .map(|(reference,)| reference))
}

/// What a report of a service says and whether it asks for an answer, by its reference.
pub(crate) fn find_report_sent(
    tx: &mut Tx,
    service: ServiceId,
    reference: &str,
) -> Result<Option<(String, bool)>, Fault> {
    Ok(tx
        .opt::<(String, Option<String>)>(
            "select words, reply_to from problem_report where service_id = $1 and reference = $2",
            args![service, reference],
        )?
        .map(|(words, reply_to)| (words, reply_to.is_some())))
}

/// Forgets what was settled before an instant; says how many.
pub(crate) fn delete_settled_before(tx: &mut Tx, before: Instant) -> Result<u64, Fault> {
    tx.exec("delete from problem_report where settled_at < $1", args![before])
}
