package org.adamant.bench.suite;

import java.util.List;
import java.util.Map;
import org.openjdk.jmh.profile.Profiler;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Benchmarks of one class with the same parameters.
 *
 * @param benchmarks their class
 * @param methods their names
 * @param params the values of each parameter; all combinations are measured
 * @param timing how long they are measured
 * @param profilers the profilers of JMH
 */
record Batch(
    Class<?> benchmarks,
    List<String> methods,
    Map<String, List<String>> params,
    Timing timing,
    List<Class<? extends Profiler>> profilers) {

  /** How many times something is measured. */
  int trials() {
    return params.values().stream().mapToInt(List::size).reduce(methods.size(), (a, b) -> a * b);
  }

  Options options(List<String> jvmArgs) {
    final ChainedOptionsBuilder options = new OptionsBuilder().shouldFailOnError(true);
    // The options of the benchmarks' annotations, not those of this program's JVM.
    options.jvmArgs().jvmArgsAppend(jvmArgs.toArray(String[]::new));
    methods.forEach(
        method -> options.include(benchmarks.getName().replace(".", "\\.") + "\\." + method + "$"));
    params.forEach((name, values) -> options.param(name, values.toArray(String[]::new)));
    profilers.forEach(options::addProfiler);
    return timing.apply(options).build();
  }
}
