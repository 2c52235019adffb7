use super::*;

fn sample(server: f64) -> Sample {
    Sample {
        times: vec![Duration::from_millis(1); 2000],
        operations: 2000,
        elapsed: Duration::from_secs(4),
        cpu: Cpu {
            server: Some(server),
            generator: 0.25,
            machine: 1.0,
        },
        memory: Some(7),
    }
}

#[test]
fn figures_are_per_thousand() {
    let report = Report::new("p", &sample(0.5));
    assert_eq!(report.rate, 500.0);
    assert_eq!(report.server_cpu_s_per_1000, Some(0.25));
    assert_eq!(report.other_load, 0.06);
    assert!(report.valid);
    assert_eq!(report.of_batches(3).rate, 1500.0);
}

#[test]
fn of_several_runs_the_median_counts_and_one_that_is_not_valid_spoils_them() {
    let runs = [0.2, 0.9, 0.4].map(|server| Report::new("p", &sample(server)));
    let median = Report::of_runs(&runs).unwrap();
    assert_eq!((median.runs, median.valid), (3, true));
    assert_eq!(median.server_cpu_s_per_1000, Some(0.2));
    assert_eq!(median.server_rss_bytes, Some(7));
    let [one, mut two, three] = runs;
    (two.valid, two.bottleneck) = (false, Bottleneck::Generator);
    let median = Report::of_runs(&[one, two, three]).unwrap();
    assert_eq!(
        (median.valid, median.bottleneck),
        (false, Bottleneck::Generator)
    );
    assert!(Report::of_runs(&[]).is_none());
}

#[test]
fn idle_connections_are_counted_each() {
    let cpu = Cpu {
        server: Some(0.5),
        ..Cpu::default()
    };
    let idle = Idle::new(10, Some((3000, 1000)), cpu, Duration::from_secs(10));
    assert_eq!((idle.bytes_each, idle.processor), (Some(200), Some(0.05)));
}

#[test]
fn whoever_takes_the_processors_is_named() {
    let processors = count(std::thread::available_parallelism().map_or(1, usize::from));
    let busy = |server, generator| Cpu {
        server: Some(server * processors),
        generator: generator * processors,
        machine: processors,
    };
    for (server, generator, named) in [
        (0.6, 0.4, Bottleneck::Server),
        (0.4, 0.6, Bottleneck::Generator),
        (0.2, 0.2, Bottleneck::OtherLoad),
    ] {
        let cpu = busy(server, generator);
        let other = (1.0 - server - generator) * processors;
        assert_eq!(bottleneck(cpu, 1.0, other), named);
    }
}

#[test]
fn what_failed_is_never_valid() {
    let report = Report::failed("p", &std::io::Error::other("no"));
    assert!(report.has_failed() && !report.valid);
    assert_eq!((report.n, report.rate), (0, 0.0));
}
