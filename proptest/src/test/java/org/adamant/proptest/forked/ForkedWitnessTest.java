package org.adamant.proptest.forked;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.adamant.LaneWidth;
import org.adamant.proptest.witness.Witness;
import org.adamant.testkit.Command;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every JVM gives the committed hash: at each lane width, with each instruction set, without the Vector API,
 * without auto-vectorisation, without hardware FMA, in the interpreter, with either compiler only, without hidden
 * classes. Two JVMs run at a time.
 */
class ForkedWitnessTest {

  private static final boolean IS_X86 =
      List.of("amd64", "x86_64").contains(System.getProperty("os.arch").toLowerCase(Locale.ROOT));
  private static final int WIDEST = LaneWidth.supported().getLast().bits();
  private static final String WIDEST_HERE = "the widest vector that this JVM runs natively";
  private static final String NO_MODULE = "start java with --add-modules jdk.incubator.vector";
  private static final String NO_FMA = "this JVM has no hardware fused multiply-add";

  private static final String NO_HIDDEN = "this JVM does not let a class define hidden ones (";

  @TempDir
  static Path work;

  private static final Map<WitnessFork, Future<Command.Result>> RUNNING = new LinkedHashMap<>();
  private static ExecutorService twoAtATime;

  static Stream<WitnessFork> forks() {
    final List<WitnessFork> forks = new ArrayList<>();
    for (LaneWidth width : LaneWidth.supported()) {
      // Below, UseAVX chooses the widths between.
      final boolean isBetween = IS_X86 && width.bits() > 64 && width.bits() < WIDEST;
      if (width != LaneWidth.SCALAR && !isBetween) {
        final String property = "-Dadamant.laneWidth=" + width.bits();
        forks.add(WitnessFork.simd(width.bits(), "asked for by " + property, property));
      }
    }
    forks.add(WitnessFork.scalar(NO_MODULE));
    forks.add(
        WitnessFork.scalar(NO_MODULE, "-XX:-UseSuperWord").with(Map.of("UseSuperWord", "false")));
    forks.add(
        WitnessFork.simd(Math.min(WIDEST, 256), WIDEST_HERE, "-XX:UseAVX=2")
            .with(Map.of("UseAVX", "2", "UseFMA", "true")));
    forks.add(
        WitnessFork.simd(Math.min(WIDEST, 128), WIDEST_HERE, "-XX:UseAVX=1")
            .with(Map.of("UseAVX", "1", "UseFMA", "true")));
    forks.add(
        WitnessFork.scalar(NO_FMA, "-XX:UseAVX=0")
            .withVectorApi()
            .shortly()
            .with(Map.of("UseAVX", "0", "UseFMA", "false")));
    forks.add(
        WitnessFork.scalar(NO_FMA, "-XX:-UseFMA")
            .withVectorApi()
            .shortly()
            .with(Map.of("UseFMA", "false")));
    forks.add(
        WitnessFork.scalar("this JVM only interprets", "-Xint")
            .withVectorApi()
            .shortly()
            .in("interpreted mode"));
    forks.add(
        WitnessFork.scalar("without its optimising compiler C2", "-XX:TieredStopAtLevel=1")
            .withVectorApi()
            .shortly()
            .with(Map.of("TieredStopAtLevel", "1")));
    forks.add(
        WitnessFork.scalar(NO_HIDDEN + "java.lang.SecurityException", agent("SecurityException"))
            .withVectorApi()
            .shortly());
    forks.add(
        WitnessFork
            .askedForScalar(
                "; not specialised: " + NO_HIDDEN + "java.lang.InternalError",
                agent("InternalError"), "-Dadamant.laneWidth=scalar")
            .shortly());
    forks.add(WitnessFork.simd(WIDEST, WIDEST_HERE, "-Xcomp").shortly().in("compiled mode"));
    return forks.stream().filter(fork -> IS_X86 || !fork.isOfX86Only());
  }

  private static String agent(String thrown) {
    return "-javaagent:" + work.resolve("agent.jar") + "=java.lang." + thrown;
  }

  @BeforeAll
  static void start() throws IOException {
    NoHiddenClasses.packInto(work.resolve("agent.jar"));
    twoAtATime = Executors.newFixedThreadPool(2);
    forks().forEach(
        fork -> RUNNING.put(
            fork,
            twoAtATime.submit(
                () -> fork.run(
                    Command.JAVA_HOME, rootOf(LaneWidth.class), rootOf(Witness.class)))));
  }

  @AfterAll
  static void stop() {
    twoAtATime.shutdownNow();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("forks")
  void theHashIsTheCommittedOne(WitnessFork fork) throws Exception {
    fork.check(RUNNING.get(fork).get());
  }

  private static Path rootOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(type.toString(), e);
    }
  }
}
