package org.adamant.bench.results;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One benchmark with one set of parameters, as JMH reports it.
 *
 * @param benchmark the class and method
 * @param mode such as {@code avgt} or {@code ss}
 * @param threads the threads that ran it at once
 * @param forks the JVMs that ran it, one after the other
 * @param jvmArgs the options of those JVMs
 * @param jdkVersion the version of the JDK
 * @param vmName the name of the JVM
 * @param vmVersion the version of the JVM
 * @param params the values of its parameters, by name
 * @param primaryMetric what the mode measures
 * @param secondaryMetrics what profilers measured, by name, such as {@code gc.alloc.rate.norm}
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record JmhResult(
    String benchmark,
    String mode,
    int threads,
    int forks,
    List<String> jvmArgs,
    String jdkVersion,
    String vmName,
    String vmVersion,
    Map<String, String> params,
    Metric primaryMetric,
    Map<String, Metric> secondaryMetrics) {

  /** The secondary metric for the bytes allocated by a call. */
  public static final String ALLOCATION = "gc.alloc.rate.norm";

  /** JMH leaves out what is empty. */
  public JmhResult {
    if (benchmark == null || mode == null || primaryMetric == null) {
      throw new IllegalArgumentException("expected benchmark, mode and primaryMetric");
    }
    jvmArgs = jvmArgs == null ? List.of() : List.copyOf(jvmArgs);
    params = params == null ? Map.of() : Map.copyOf(params);
    secondaryMetrics = secondaryMetrics == null ? Map.of() : Map.copyOf(secondaryMetrics);
  }

  /**
   * The name of the benchmark's method.
   *
   * @return what follows the last dot of {@link #benchmark}
   */
  public String method() {
    return benchmark.substring(benchmark.lastIndexOf('.') + 1);
  }

  /**
   * The name of the benchmark's class, without its package.
   *
   * @return what lies between the last two dots of {@link #benchmark}
   */
  public String className() {
    final String name = benchmark.substring(0, Math.max(0, benchmark.lastIndexOf('.')));
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /**
   * The value of a parameter.
   *
   * @param name its name
   * @return the value, if the benchmark has this parameter
   */
  public Optional<String> param(String name) {
    return Optional.ofNullable(params.get(name));
  }

  /**
   * The bytes that one call allocated, where the profiler {@code gc} looked.
   *
   * @return bytes per call
   */
  public Optional<Metric> allocation() {
    return Optional.ofNullable(secondaryMetrics.get(ALLOCATION));
  }
}
