package org.adamant.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.apache.spark.ExecutorLostFailure;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.deploy.master.Master$;
import org.apache.spark.deploy.worker.Worker$;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import scala.Option;

/** A driver with two executors, which are processes. Its arguments are what to do, and a folder. */
final class ClusterProgram {

  static final int LENGTH = 1_000_000;

  static final int MEASURED = 17;

  private ClusterProgram() {}

  private static SparkConf conf() {
    return Contexts.conf("local-cluster[2,1,1024]")
        .set("spark.executor.extraClassPath", System.getProperty("java.class.path"))
        // So that bytes can be counted.
        .set("spark.shuffle.compress", "false")
        .set("spark.broadcast.compress", "false")
        .set("spark.locality.wait", "1s");
  }

  public static void main(String[] args) throws Exception {
    final String folder = args[1];
    final SparkConf conf = conf();
    if (!args[0].equals("plain")) {
      // What is compiled well is not asked here.
      conf.set("spark.executor.extraJavaOptions", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1");
    }
    if (args[0].equals("elastic")) {
      conf.set("spark.dynamicAllocation.enabled", "true")
          .set("spark.dynamicAllocation.shuffleTracking.enabled", "true")
          .set("spark.dynamicAllocation.minExecutors", "0")
          .set("spark.dynamicAllocation.initialExecutors", "2")
          .set("spark.dynamicAllocation.maxExecutors", "2")
          .set("spark.dynamicAllocation.executorIdleTimeout", "1s")
          .set("spark.dynamicAllocation.cachedExecutorIdleTimeout", "1s")
          .set("spark.dynamicAllocation.shuffleTracking.timeout", "1s")
          .set("spark.speculation", "true")
          .set("spark.speculation.interval", "50ms")
          .set("spark.speculation.multiplier", "1.1")
          .set("spark.speculation.quantile", "0.3");
    }
    if (args[0].equals("elastic")) {
      conf.setMaster(hosts(folder));
    }
    try (JavaSparkContext spark = Contexts.start(conf)) {
      switch (args[0]) {
        case "plain" -> plain(spark, folder);
        case "kill" -> kill(spark, folder);
        case "elastic" -> elastic(spark, folder);
        default -> throw new IllegalArgumentException(args[0]);
      }
    }
  }

  /** A cluster on two addresses of this machine: Spark does not run a task twice on the same host. */
  private static String hosts(String folder) {
    final SparkConf conf = new SparkConf().set("spark.master.rest.enabled", "false");
    final String url =
        Master$.MODULE$
            .startRpcEnvAndEndpoint("127.0.0.1", 0, 0, conf)
            ._1()
            .address()
            .toSparkURL();
    for (int i = 1; i <= 2; i++) {
      Worker$.MODULE$.startRpcEnvAndEndpoint(
          "127.0.0." + i, 0, 0, 1, 1024, new String[] {url}, folder + "/work", Option.apply(i),
          conf, Option.empty());
    }
    return url;
  }

  private static Training fit(
      JavaSparkContext spark, String directory, int shards, GradientFunction<Long> function,
      Progress progress)
      throws Exception {
    return DriverProgram.builder(directory, 4)
        .partitions(shards)
        .build()
        .fit(
            spark.parallelize(DriverProgram.DATASET, 2), DriverProgram.parameters(), function,
            DriverProgram.STEPS, progress);
  }

  private static void quiet(long step, double loss, Object report) {
    // Nobody asks.
  }

  // ---- Nothing happens. ----

  private static void plain(JavaSparkContext spark, String folder) throws Exception {
    final Training training =
        fit(spark, folder + "/run", 3, new Waves(), ClusterProgram::quiet);
    System.out.println("hash=" + Reference.hash(training.parameters()));
    final Map<Long, Map<String, Long>> memory = new TreeMap<>();
    final Map<String, Long> before = memory(spark);
    final SequencedMap<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("w", new float[LENGTH]);
    final Moved moved = new Moved();
    spark.sc().addSparkListener(moved);
    ShardedAdam.builder(Adam.pytorchAdamW())
        .microBatches(2)
        .samples(1)
        .partitions(2)
        .maxNorm(1)
        .checkpoint(folder + "/memory", 5)
        .build()
        .fit(
            spark.parallelize(DriverProgram.DATASET, 2), parameters, new Waves(), MEASURED,
            (step, loss, report) -> {
              if (step == 6 || step == 16) {
                memory.put(step, memory(spark));
              }
            });
    memory.forEach((step, byExecutor) -> {
      System.out.println("memory " + step + " of " + byExecutor.size() + "="
          + byExecutor.entrySet()
              .stream()
              .mapToLong(e -> e.getValue() - before.getOrDefault(e.getKey(), 0L))
              .max()
              .getAsLong());
    });
    System.out.println("moved=" + moved);
    System.out.println("length=" + LENGTH);
    simd(spark).forEach(sentence -> System.out.println("simd=" + sentence));
  }

  /** The heap that is in use on each executor after a collection. */
  private static Map<String, Long> memory(JavaSparkContext spark) {
    final Map<String, Long> used = new TreeMap<>();
    everywhere(spark, () -> {
      long least = Long.MAX_VALUE;
      for (int i = 0; i < 4; i++) {
        // What is not kept any more is removed behind the scenes.
        Thread.sleep(200);
        System.gc();
        least =
            Math.min(
                least, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
      }
      return Long.toString(least);
    }).forEach((executor, bytes) -> used.put(executor, Long.parseLong(bytes)));
    return used;
  }

  /** The kernel of each executor, in the state in which steps have brought it, and some more if need be. */
  private static List<String> simd(JavaSparkContext spark) {
    return List.copyOf(everywhere(spark, () -> {
      final AdamKernel kernel = AdamKernel.preferred();
      final float[][] arrays = new float[4][100_000];
      final long end = System.nanoTime() + 40_000_000_000L;
      for (long t = 1; kernel.explanation().contains(" 0 of ")
          && System.nanoTime() < end; t++) {
        for (int i = 0; i < 100; i++) {
          kernel.step(
              DriverProgram.ADAM.atStep(t).withGradientScale(0.5), arrays[0], arrays[1], arrays[2],
              arrays[3]);
        }
      }
      return kernel.explanation();
    }).values());
  }

  private interface Task extends Serializable {
    String run() throws InterruptedException;
  }

  /** What a task says on each of the two executors. */
  private static Map<String, String> everywhere(JavaSparkContext spark, Task task) {
    final Map<String, String> all = new TreeMap<>();
    while (all.size() < 2) {
      spark
          .parallelize(List.of(0, 1), 2)
          .map(i -> {
            // So long that one executor does not do both.
            Thread.sleep(400);
            return List.of(SparkEnv.get().executorId(), task.run());
          })
          .collect()
          .forEach(pair -> all.put(pair.get(0), pair.get(1)));
    }
    return all;
  }

  // ---- Executors are killed. ----

  /** Kills the process of the first task of a job, once for each of some jobs. */
  private static final class Killer extends SparkListener {
    private final Map<String, Long> processes = new ConcurrentHashMap<>();
    private final Map<Integer, String> stages = new ConcurrentHashMap<>();
    private final Set<String> targets = ConcurrentHashMap.newKeySet();
    private final List<String> lost = new ArrayList<>();
    private final AtomicInteger tasks = new AtomicInteger();
    private final AtomicInteger kills = new AtomicInteger();

    @Override
    public void onStageSubmitted(SparkListenerStageSubmitted event) {
      stages.put(
          event.stageInfo().stageId(),
          event.properties().getProperty("spark.job.description", ""));
    }

    @Override
    public void onTaskStart(SparkListenerTaskStart event) {
      final String stage = stages.getOrDefault(event.stageId(), "");
      final Long process = processes.get(event.taskInfo().executorId());
      if (process != null && targets.remove(stage)) {
        processes.remove(event.taskInfo().executorId());
        ProcessHandle.of(process).ifPresent(ProcessHandle::destroyForcibly);
        kills.incrementAndGet();
      }
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd event) {
      tasks.incrementAndGet();
      if (event.reason() instanceof ExecutorLostFailure) {
        lost.add(stages.get(event.stageId()));
      }
    }
  }

  private static void kill(JavaSparkContext spark, String folder) throws Exception {
    final Killer killer = new Killer();
    spark.sc().addSparkListener(killer);
    learn(spark, killer);
    // In the gradients, while owners step, and while they write a checkpoint.
    killer.targets
        .addAll(
            Set.of(
                "Adamant: gradients of step 3", "Adamant: step 6",
                "Adamant: checkpoint of step 8", "Adamant: gradients of step 9"));
    final Training training =
        fit(
            spark, folder + "/run", 3, new Slow(3, 9),
            (step, loss, report) -> learn(spark, killer));
    System.out.println("hash=" + Reference.hash(training.parameters()));
    System.out.println("kills=" + killer.kills);
    System.out.println("tasks=" + killer.tasks);
    System.out.println("lost=" + killer.lost);
  }

  private static void learn(JavaSparkContext spark, Killer killer) {
    if (killer.processes.size() < 2) {
      everywhere(spark, () -> Long.toString(ProcessHandle.current().pid()))
          .forEach((executor, pid) -> killer.processes.put(executor, Long.parseLong(pid)));
    }
  }

  /** A gradient that takes so long in some steps that it can be killed in the middle. */
  private static final class Slow implements GradientFunction<Long> {
    private static final long serialVersionUID = 1;

    private final long first;
    private final long second;

    Slow(long first, long second) {
      this.first = first;
      this.second = second;
    }

    @Override
    public Gradients gradient(Parameters parameters, List<Long> samples)
        throws InterruptedException {
      if (parameters.step() == first || parameters.step() == second) {
        Thread.sleep(300);
      }
      return new Waves().gradient(parameters, samples);
    }
  }

  // ---- Executors come and go, and tasks run twice. ----

  private static void elastic(JavaSparkContext spark, String folder) throws Exception {
    final AtomicInteger removed = new AtomicInteger();
    final AtomicInteger speculative = new AtomicInteger();
    spark.sc().addSparkListener(new SparkListener() {
      @Override
      public void onExecutorRemoved(SparkListenerExecutorRemoved event) {
        removed.incrementAndGet();
      }

      @Override
      public void onTaskStart(SparkListenerTaskStart event) {
        speculative.addAndGet(event.taskInfo().speculative() ? 1 : 0);
      }
    });
    final Training training =
        fit(
            spark, folder + "/run", 3, new Straggling(),
            (step, loss, report) -> {
              if (step == 6) {
                idle(removed);
              }
            });
    System.out.println("hash=" + Reference.hash(training.parameters()));
    System.out.println("removed=" + removed);
    System.out.println("speculative=" + speculative);
  }

  /** Until the executors with the shards are gone. */
  private static void idle(AtomicInteger removed) {
    IntStream.range(0, 300).takeWhile(i -> removed.get() < 2).forEach(i -> {
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
  }

  /** A gradient of which one task takes long the first time, in some steps. */
  private static final class Straggling implements GradientFunction<Long> {
    private static final long serialVersionUID = 1;

    @Override
    public Gradients gradient(Parameters parameters, List<Long> samples)
        throws InterruptedException {
      final TaskContext task = TaskContext.get();
      if (parameters.step() % 5 == 3 && task.partitionId() == 1 && task.attemptNumber() == 0) {
        Thread.sleep(3_000);
      }
      return new Waves().gradient(parameters, samples);
    }
  }
}
