package org.adamant.bench.suite;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import org.adamant.bench.support.Progress;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.format.OutputFormat;

/** Advances the progress with every trial, and keeps JMH's output in case one fails. */
final class TrialOutput implements OutputFormat {

  private final Progress progress;
  private final StringBuilder output = new StringBuilder();

  TrialOutput(Progress progress) {
    this.progress = progress;
  }

  /** What went wrong, in one line. */
  String reason(Exception e) {
    final List<String> errors =
        output.toString()
            .lines()
            .map(String::strip)
            .filter(line -> line.contains("Exception") || line.contains("Error"))
            .toList();
    final String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return errors.isEmpty() ? message : errors.getFirst();
  }

  @Override
  public void startBenchmark(BenchmarkParams params) {
    output.setLength(0);
  }

  @Override
  public void endBenchmark(BenchmarkResult result) {
    if (result != null) {
      progress.step();
    }
  }

  @Override
  public void print(String text) {
    output.append(text);
  }

  @Override
  public void println(String text) {
    output.append(text).append('\n');
  }

  @Override
  public void write(int b) {
    output.append((char) b);
  }

  @Override
  public void write(byte[] bytes) {
    output.append(new String(bytes, StandardCharsets.UTF_8));
  }

  @Override
  public void iteration(BenchmarkParams benchmark, IterationParams params, int iteration) {}

  @Override
  public void iterationResult(
      BenchmarkParams benchmark, IterationParams params, int iteration, IterationResult data) {}

  @Override
  public void startRun() {}

  @Override
  public void endRun(Collection<RunResult> results) {}

  @Override
  public void verbosePrintln(String text) {}

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
