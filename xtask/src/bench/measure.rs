//! What a process cost: time on the clock, time on the processors, memory.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use color_eyre::Result;
use color_eyre::eyre::{WrapErr, bail, eyre};
use wait4::Wait4;

/// What one process cost, from before it was started until it was gone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    pub(super) wall: Duration,
    /// User and system time of it and the children that it waited for.
    pub(super) cpu: Duration,
    /// Greatest resident memory in bytes. Linux counts what the starting process (this one) had at that moment, so it
    /// says nothing of small programs; [`resident_while_reading`] does.
    pub(super) resident_bytes: u64,
}

/// Runs a program to its end with some bytes on its standard input; fails when it does.
pub(super) fn measure(command: &mut Command, input: &[u8]) -> Result<Cost> {
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let begun = Instant::now();
    let mut child = command.spawn().wrap_err_with(|| format!("cannot start {command:?}"))?;
    let mut stdin = child.stdin.take().ok_or_else(|| eyre!("a child without standard input"))?;
    // A program that does not read its input closes it first; that is no failure of the measurement.
    stdin.write_all(input).ok();
    drop(stdin);
    let end = child.wait4()?;
    let wall = begun.elapsed();
    if !end.status.success() {
        bail!("{command:?} failed ({})", end.status);
    }
    Ok(Cost { wall, cpu: end.rusage.utime + end.rusage.stime, resident_bytes: end.rusage.maxrss })
}

/// Resident memory in bytes of a program that has read its input and waits for the end of it.
pub(super) fn resident_while_reading(command: &mut Command, input: &[u8]) -> Result<u64> {
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().wrap_err_with(|| format!("cannot start {command:?}"))?;
    let mut stdin = child.stdin.take().ok_or_else(|| eyre!("a child without standard input"))?;
    stdin.write_all(input)?;
    let (mut before, mut now) = (0, resident_bytes(child.id())?);
    while now != before {
        sleep(Duration::from_millis(20));
        (before, now) = (now, resident_bytes(child.id())?);
    }
    drop(stdin);
    child.wait()?;
    Ok(now)
}

/// Greatest resident memory in bytes that a running process had so far.
pub(super) fn resident_bytes(process: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).wrap_err("this benchmark needs Linux")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.map(|kilobytes| kilobytes * 1024).ok_or_else(|| eyre!("process {process} has no memory any more"))
}

/// Runs of the same thing.
#[derive(Debug, Clone, Default)]
pub(super) struct Runs(Vec<Duration>);

impl Runs {
    pub(super) fn add(&mut self, duration: Duration) {
        self.0.push(duration);
        self.0.sort();
    }

    pub(super) fn median(&self) -> f64 {
        self.quantile(50)
    }

    pub(super) fn p99(&self) -> f64 {
        self.quantile(99)
    }

    pub(super) fn max(&self) -> f64 {
        self.quantile(100)
    }

    /// In milliseconds: the smallest that so many percent of the runs do not exceed.
    fn quantile(&self, percent: usize) -> f64 {
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        self.0.get(rank - 1).map_or(f64::NAN, |duration| ms(*duration))
    }
}

pub(super) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

pub(super) fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_runs_that_happened() {
        let mut runs = Runs::default();
        (1..=200).rev().for_each(|number| runs.add(Duration::from_millis(number)));
        let [median, p99, max] = [runs.median(), runs.p99(), runs.max()].map(f64::round);
        assert_eq!(format!("{median} {p99} {max}"), "100 198 200");
    }
}
