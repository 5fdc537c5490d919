//! In which trace a request stands, by W3C Trace Context: `traceparent`, and `tracestate` as it comes.
//!
//! Both are read as strictly as the recommendation says, and what is not so is as if it had not been sent: no request fails
//! for its trace. None is begun here either, since the service tells nobody of spans. Refuses to know what is traced.

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::HeaderMap;
use axum::http::{HeaderName, HeaderValue, Request};
use axum::middleware::Next;
use axum::response::Response;

/// Names the trace of an answer.
pub(super) const TRACE: HeaderName = HeaderName::from_static("cater-trace-id");

const PARENT: &str = "traceparent";
const STATE: &str = "tracestate";

/// The longest `tracestate` that is kept, and its most members.
const LONGEST: usize = 512;
const MEMBERS: usize = 32;

/// In which trace somebody asks, and by which span of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trace {
    id: String,
    parent: String,
    state: Option<String>,
}

impl Trace {
    /// The trace that the headers name, if they name one.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut parents = headers.get_all(PARENT).iter();
        // Of two nobody knows which one is meant.
        let (Some(parent), None) = (parents.next(), parents.next()) else { return None };
        let (id, parent) = read(parent.to_str().ok()?)?;
        Some(Self { id: id.to_owned(), parent: parent.to_owned(), state: state(headers) })
    }

    /// 32 hexadecimal digits.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// 16 hexadecimal digits: the span that asked.
    pub(super) fn parent(&self) -> &str {
        &self.parent
    }

    pub(super) fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }
}

/// Reads the trace of a request before anybody answers it, and names it in the answer.
pub(super) async fn traced(mut request: Request<Body>, next: Next) -> Response {
    let Some(trace) = Trace::of(request.headers()) else { return next.run(request).await };
    let named = HeaderValue::from_str(trace.id());
    request.extensions_mut().insert(Arc::new(trace));
    let mut response = next.run(request).await;
    if let Ok(named) = named {
        response.headers_mut().insert(TRACE, named);
    }
    response
}

/// The trace of a request that came by [`traced`].
pub(super) fn of(request: &Request<Body>) -> Option<Arc<Trace>> {
    request.extensions().get::<Arc<Trace>>().cloned()
}

/// `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`: version, trace, span, flags. Of a later version the beginning
/// is the same, and what follows is behind another dash.
fn read(text: &str) -> Option<(&str, &str)> {
    let (version, rest) = hex(text, 2)?;
    let (id, rest) = hex(dash(rest)?, 32)?;
    let (parent, rest) = hex(dash(rest)?, 16)?;
    let (_, rest) = hex(dash(rest)?, 2)?;
    let is_whole = match version {
        "ff" => false,
        "00" => rest.is_empty(),
        _ => rest.is_empty() || rest.starts_with('-'),
    };
    let is_zero = |digits: &str| digits.bytes().all(|digit| digit == b'0');
    (is_whole && !is_zero(id) && !is_zero(parent)).then_some((id, parent))
}

fn dash(text: &str) -> Option<&str> {
    text.strip_prefix('-')
}

/// So many hexadecimal digits, in lower case, and what follows them.
fn hex(text: &str, count: usize) -> Option<(&str, &str)> {
    let (digits, rest) = text.split_at_checked(count)?;
    digits.bytes().all(|digit| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit)).then_some((digits, rest))
}

/// The state as it came, in one line; nothing where it is none.
fn state(headers: &HeaderMap) -> Option<String> {
    let lines: Option<Vec<&str>> = headers.get_all(STATE).iter().map(|line| line.to_str().ok()).collect();
    let whole = lines?.join(",");
    let members: Vec<&str> =
        whole.split(',').map(|member| member.trim_matches([' ', '\t'])).filter(|member| !member.is_empty()).collect();
    let is_twice = |at: usize| {
        let key = |member: &str| member.split('=').next().map(str::to_owned);
        members.iter().take(at).any(|before| key(before) == members.get(at).and_then(|member| key(member)))
    };
    let is_one = !members.is_empty() && members.len() <= MEMBERS && whole.len() <= LONGEST;
    (is_one && members.iter().all(|member| is_member(member)) && !(0..members.len()).any(is_twice))
        .then(|| members.join(","))
}

/// `vendor=value` or `tenant@vendor=value`.
fn is_member(member: &str) -> bool {
    let Some((key, value)) = member.split_once('=') else { return false };
    let of_key = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-*/".contains(&byte);
    let part = |text: &str, longest: usize, may_begin: fn(u8) -> bool| {
        text.len() <= longest && text.bytes().next().is_some_and(may_begin) && text.bytes().all(of_key)
    };
    let letter = |byte: u8| byte.is_ascii_lowercase();
    let is_key = match key.split_once('@') {
        None => part(key, 256, letter),
        Some((tenant, vendor)) => {
            part(tenant, 241, |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) && part(vendor, 14, letter)
        }
    };
    let of_value = |byte: u8| (0x20..=0x7e).contains(&byte) && byte != b'=' && byte != b',';
    is_key && !value.is_empty() && value.len() <= 256 && value.bytes().all(of_value) && !value.ends_with(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";

    fn with(lines: &[(&'static str, &str)]) -> Option<Trace> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        Trace::of(&headers)
    }

    #[test]
    fn a_parent_is_read_to_the_letter() {
        let good = format!("00-{ID}-{SPAN}-01");
        let trace = with(&[("traceparent", &good)]).unwrap();
        assert_eq!((trace.id(), trace.parent(), trace.state()), (ID, SPAN, None));
        for later in
            [format!("01-{ID}-{SPAN}-01"), format!("cc-{ID}-{SPAN}-00-what-comes"), format!("fe-{ID}-{SPAN}-ff-")]
        {
            assert!(with(&[("traceparent", &later)]).is_some(), "{later}");
        }
        let zeros = |count| "0".repeat(count);
        for bad in [
            String::new(),
            ID.to_owned(),
            format!("00-{ID}-{SPAN}"),
            format!("00-{ID}-{SPAN}-1"),
            format!("00-{ID}-{SPAN}-01-"),
            format!("00-{ID}-{SPAN}-01-more"),
            format!("01-{ID}-{SPAN}-01more"),
            format!("ff-{ID}-{SPAN}-01"),
            format!("0-{ID}-{SPAN}-01"),
            format!("00-{}-{SPAN}-01", zeros(32)),
            format!("00-{ID}-{}-01", zeros(16)),
            format!("00-{}-{SPAN}-01", ID.to_uppercase()),
            format!("00-{}-{SPAN}-01", &ID[1..]),
            format!("00-{ID}-{SPAN}-0g"),
            format!("00_{ID}_{SPAN}_01"),
        ] {
            assert_eq!(with(&[("traceparent", &bad)]), None, "{bad}");
        }
        assert_eq!(with(&[("traceparent", &good), ("traceparent", &good)]), None);
        assert_eq!(with(&[("tracestate", "a=1")]), None, "a state without a parent is of nothing");
    }

    #[test]
    fn a_state_is_kept_as_it_comes_or_not_at_all() {
        let good = format!("00-{ID}-{SPAN}-00");
        let state = |lines: &[&str]| {
            let lines: Vec<_> = lines.iter().map(|line| ("tracestate", *line)).collect();
            with(&[&[("traceparent", good.as_str())][..], &lines].concat()).unwrap().state
        };
        assert_eq!(
            state(&["rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"]).as_deref(),
            Some("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE")
        );
        assert_eq!(state(&["a=1", "b=2 , , 0t@v-1=x y"]).as_deref(), Some("a=1,b=2,0t@v-1=x y"));
        let many = |count: usize| (0..count).map(|at| format!("a{at}=1")).collect::<Vec<_>>().join(",");
        assert!(state(&[&many(32)]).is_some() && state(&[&many(33)]).is_none());
        for bad in ["", ",", "a", "=1", "A=1", "a=", "a=1=2", "1a=2", "a=1,a=2", "a@b@c=1", "t@1v=1", "a b=1"] {
            assert_eq!(state(&[bad]), None, "{bad}");
        }
        assert_eq!(state(&[&format!("a={}", "x".repeat(257))]), None);
    }
}
