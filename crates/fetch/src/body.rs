//! A body on its way, cut off where it is too long or too slow.

use crate::{Refused, fetcher::why};
use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use reqwest::{Response, header};
use std::io::{self, Write};
use tokio::time::{Instant as Moment, timeout_at};

/// What comes after the head of an answer.
pub struct Body {
    response: Response,
    deadline: Moment,
    max_bytes: u64,
    came: u64,
    given: u64,
    unpacking: Option<MultiGzDecoder<Unpacked>>,
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Body({} bytes so far)", self.given)
    }
}

impl Body {
    pub(crate) fn new(response: Response, deadline: Moment, max_bytes: u64) -> Result<Body, Refused> {
        let encoding = response
            .headers()
            .get(header::CONTENT_ENCODING)
            .map(|value| value.as_bytes().to_ascii_lowercase());
        let unpacking = match encoding.as_deref().unwrap_or_default().trim_ascii() {
            b"" | b"identity" => None,
            b"gzip" | b"x-gzip" => Some(MultiGzDecoder::new(Unpacked { bytes: Vec::new(), room: max_bytes })),
            _ => return Err(Refused::BadlyPacked),
        };
        let body = Body { response, deadline, max_bytes, came: 0, given: 0, unpacking };
        // What says beforehand that it is too long need not be begun.
        match body.response.content_length() {
            Some(length) if length > max_bytes => Err(body.too_big()),
            _ => Ok(body),
        }
    }

    /// The next part, unpacked; `None` at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Refused> {
        loop {
            let next =
                timeout_at(self.deadline, self.response.chunk()).await.map_err(|_| Refused::TooSlow)?;
            let Some(part) = next.map_err(|error| why(&error))? else {
                return self.finish();
            };
            self.came += part.len() as u64;
            if self.came > self.max_bytes {
                return Err(self.too_big());
            }
            let part = self.unpack(part)?;
            if !part.is_empty() {
                self.given += part.len() as u64;
                return Ok(Some(part));
            }
        }
    }

    /// All of it.
    pub async fn whole(mut self) -> Result<Vec<u8>, Refused> {
        let mut bytes = Vec::new();
        while let Some(part) = self.chunk().await? {
            bytes.extend_from_slice(&part);
        }
        Ok(bytes)
    }

    fn unpack(&mut self, part: Bytes) -> Result<Bytes, Refused> {
        let Some(decoder) = &mut self.unpacking else {
            return Ok(part);
        };
        let written = decoder.write_all(&part).and_then(|()| decoder.flush());
        let unpacked = decoder.get_mut().take();
        written.map_err(|error| self.why_not_unpacked(&error))?;
        Ok(unpacked)
    }

    /// The end of what was packed: cut short it is not whole, however it reads.
    fn finish(&mut self) -> Result<Option<Bytes>, Refused> {
        let Some(mut decoder) = self.unpacking.take() else {
            return Ok(None);
        };
        if self.came > 0 {
            let finished = decoder.try_finish();
            finished.map_err(|error| self.why_not_unpacked(&error))?;
        }
        let rest = decoder.get_mut().take();
        Ok((!rest.is_empty()).then_some(rest))
    }

    fn why_not_unpacked(&self, error: &io::Error) -> Refused {
        if error.kind() == io::ErrorKind::FileTooLarge { self.too_big() } else { Refused::BadlyPacked }
    }

    fn too_big(&self) -> Refused {
        Refused::TooBig { megabytes: self.max_bytes / (1024 * 1024) }
    }
}

/// Takes what is unpacked, as far as there is room: a bomb is cut while it goes off, not after.
struct Unpacked {
    bytes: Vec<u8>,
    room: u64,
}

impl Unpacked {
    fn take(&mut self) -> Bytes {
        std::mem::take(&mut self.bytes).into()
    }
}

impl Write for Unpacked {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        let left = self.room.checked_sub(part.len() as u64);
        self.room = left.ok_or_else(|| io::Error::from(io::ErrorKind::FileTooLarge))?;
        self.bytes.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
