//! Happy eyeballs (RFC 8305): which address goes first, and when the next one.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::timeout;

/// Time after which the next address is tried beside those before it (RFC 8305, section 5).
const HEAD_START: Duration = Duration::from_millis(250);
/// More addresses of one name than these are not tried.
const MOST_ADDRESSES: usize = 16;

/// The order in which addresses are tried: both families by turns, that of the first address first (RFC 8305,
/// section 4).
pub(super) fn by_turns(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let Some(first) = addresses.first() else { return Vec::new() };
    let (preferred, others): (Vec<SocketAddr>, Vec<SocketAddr>) =
        addresses.iter().partition(|address| address.is_ipv6() == first.is_ipv6());
    (0..addresses.len())
        .flat_map(|turn| [preferred.get(turn), others.get(turn)])
        .flatten()
        .copied()
        .take(MOST_ADDRESSES)
        .collect()
}

/// Tries `candidates` in their order, the next one as soon as one has failed or [`HEAD_START`] has passed. The first
/// success ends all other attempts.
///
/// # Errors
/// Those of all candidates, in the order in which they failed.
pub(super) async fn race<C, T, E, F>(
    candidates: impl IntoIterator<Item = C>,
    attempt: impl Fn(C) -> F,
) -> Result<T, Vec<E>>
where
    F: Future<Output = Result<T, E>>,
{
    let mut waiting = candidates.into_iter().peekable();
    let mut running = Vec::new();
    let mut errors = Vec::new();
    loop {
        running.extend(waiting.next().map(|candidate| Box::pin(attempt(candidate))));
        let ended = match waiting.peek() {
            None if running.is_empty() => return Err(errors),
            None => first_of(&mut running).await,
            Some(_) => match timeout(HEAD_START, first_of(&mut running)).await {
                Ok(ended) => ended,
                Err(_) => continue,
            },
        };
        match ended {
            Ok(success) => return Ok(success),
            Err(error) => errors.push(error),
        }
    }
}

/// Waits for one of `running` to end, and takes it away. There are few of them: all are asked every time.
async fn first_of<F: Future>(running: &mut Vec<Pin<Box<F>>>) -> F::Output {
    poll_fn(|context| {
        let ended = running.iter_mut().enumerate().find_map(|(place, attempt)| {
            match attempt.as_mut().poll(context) {
                Poll::Ready(output) => Some((place, output)),
                Poll::Pending => None,
            }
        });
        let Some((place, output)) = ended else { return Poll::Pending };
        drop(running.remove(place));
        Poll::Ready(output)
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use tokio::time::{Instant, sleep};

    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    /// Runs attempts that succeed or fail after a time: the result, when it came, and when each began.
    async fn run(attempts: &[(u64, bool)]) -> (Result<usize, Vec<usize>>, Duration, Vec<Duration>) {
        let start = Instant::now();
        let begun = RefCell::new(Vec::new());
        let result = race(0..attempts.len(), |number| {
            begun.borrow_mut().push(start.elapsed());
            let (time, success) = attempts[number];
            async move {
                sleep(MS(time)).await;
                if success { Ok(number) } else { Err(number) }
            }
        })
        .await;
        (result, start.elapsed(), begun.into_inner())
    }

    #[tokio::test(start_paused = true)]
    async fn a_first_address_that_answers_is_the_only_one() {
        assert_eq!(run(&[(200, true), (0, true)]).await, (Ok(0), MS(200), vec![MS(0)]));
    }

    #[tokio::test(start_paused = true)]
    async fn a_first_address_that_is_silent_is_overtaken() {
        let (result, time, begun) = run(&[(60_000, true), (10, true)]).await;
        assert_eq!((result, begun), (Ok(1), vec![MS(0), MS(250)]));
        assert!((MS(260)..MS(270)).contains(&time), "{time:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_first_address_still_wins_over_a_slower_second() {
        assert_eq!(run(&[(300, true), (100, true)]).await.0, Ok(0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_starts_the_next_at_once() {
        let (result, _, begun) = run(&[(10, false), (5, false), (20, true)]).await;
        assert_eq!(result, Ok(2));
        assert!(begun[1] < MS(20) && begun[2] < MS(30), "{begun:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn when_all_have_failed_all_errors_are_told() {
        assert_eq!(run(&[(1000, false), (10, false), (5, false)]).await.0, Err(vec![1, 2, 0]));
        assert_eq!(run(&[]).await.0, Err(vec![]));
    }

    #[test]
    fn families_take_turns_and_the_first_stays_first() {
        let addresses = |texts: &[&str]| {
            texts.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 1)).collect::<Vec<_>>()
        };
        let ordered = by_turns(&addresses(&["::1", "::2", "::3", "1.1.1.1", "2.2.2.2"]));
        assert_eq!(ordered, addresses(&["::1", "1.1.1.1", "::2", "2.2.2.2", "::3"]));
        let ordered = by_turns(&addresses(&["1.1.1.1", "2.2.2.2", "::1"]));
        assert_eq!(ordered, addresses(&["1.1.1.1", "::1", "2.2.2.2"]));
        assert_eq!(by_turns(&[]), []);
        assert_eq!(by_turns(&vec!["1.1.1.1:1".parse().unwrap(); 100]).len(), MOST_ADDRESSES);
    }
}
