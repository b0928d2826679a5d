package org.adamant.bench.suite;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.adamant.bench.results.StepTime;
import org.adamant.bench.results.StepTime.Metric;
import org.adamant.bench.support.Progress;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;

/** Runs batches of benchmarks by JMH, one after the other. */
final class JmhSession {

  /** JMH itself, and the benchmarks' states, still use the memory access that this option allows. */
  private static final String QUIET = "--sun-misc-unsafe-memory-access=allow";

  private final List<String> jvmArgs;
  private final Progress progress;

  /** A session. */
  JmhSession(List<String> jvmArgs, Progress progress) {
    this.jvmArgs = new ArrayList<>(jvmArgs);
    this.jvmArgs.add(QUIET);
    this.progress = progress;
  }

  /** Measurements could not be made; the message is one line. */
  static final class FailedException extends Exception {
    private static final long serialVersionUID = 1;

    /** A failure. */
    public FailedException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * The results of JMH.
   *
   * @param json the results as JMH writes them
   * @param times the decoded results, in the order of the measurements
   */
  record Results(String json, List<StepTime> times) {}

  /**
   * Measures all batches, round by round, so that a disturbance does not hit one benchmark alone.
   *
   * @throws FailedException if one of them fails
   */
  Results run(List<Batch> batches, int rounds) throws FailedException {
    progress.expect((long) rounds * batches.stream().mapToInt(Batch::trials).sum());
    final List<RunResult> results = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      for (Batch batch : batches) {
        final TrialOutput output = new TrialOutput(progress);
        try {
          results.addAll(new Runner(batch.options(jvmArgs), output).run());
        } catch (RunnerException e) {
          throw new FailedException(output.reason(e), e);
        }
      }
    }
    return new Results(
        json(results), results.stream().flatMap(result -> decode(result).stream()).toList());
  }

  private static Optional<StepTime> decode(RunResult result) {
    final BenchmarkParams params = result.getParams();
    final Map<String, String> values = new HashMap<>();
    params.getParamsKeys().forEach(key -> values.put(key, params.getParam(key)));
    final Map<String, Metric> secondary = new HashMap<>();
    result.getSecondaryResults().forEach((name, metric) -> secondary.put(name, median(metric)));
    return StepTime.of(
        params.getBenchmark(), values, median(result.getPrimaryResult()), secondary);
  }

  private static Metric median(Result<?> result) {
    return new Metric(result.getStatistics().getPercentile(50), result.getScoreUnit());
  }

  private static String json(List<RunResult> results) {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(results);
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
