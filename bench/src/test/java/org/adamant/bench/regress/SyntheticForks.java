package org.adamant.bench.regress;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.adamant.bench.regress.Fork.Sample;

/** Forks as a noisy machine would measure them. */
final class SyntheticForks {

  static final String CASE = "float 1000";
  static final String OTHER = "double 1000";

  private final Random random;
  private final double slowdown;
  private double noise = 0.01;
  private double slowForks;
  private double outliers;
  private double yardstick = 1;
  private double bytes;
  private int headBits = 512;
  private double drift;
  private int count;

  SyntheticForks(long seed, double slowdown) {
    this.random = new Random(seed);
    this.slowdown = slowdown;
  }

  /** The standard deviation of one kernel's time. */
  SyntheticForks noise(double value) {
    noise = value;
    return this;
  }

  /** The share of kernels that are 10 % slow for the life of their JVM. */
  SyntheticForks slowForks(double value) {
    slowForks = value;
    return this;
  }

  /** The share of forks with a kernel that takes three times as long. */
  SyntheticForks outliers(double value) {
    outliers = value;
    return this;
  }

  /** By how much the plain loop has become slower. */
  SyntheticForks slowPlainLoop(double value) {
    yardstick = value;
    return this;
  }

  SyntheticForks bytes(double value) {
    bytes = value;
    return this;
  }

  SyntheticForks headBits(int value) {
    headBits = value;
    return this;
  }

  /** By how much the machine becomes slower from fork to fork. */
  SyntheticForks drift(double value) {
    drift = value;
    return this;
  }

  Fork next() {
    final Map<String, Sample> samples = new LinkedHashMap<>();
    samples.put(CASE, sample(slowdown));
    samples.put(OTHER, sample(1));
    count++;
    return new Fork(headBits, 512, samples);
  }

  List<Fork> take(int n) {
    final List<Fork> forks = new ArrayList<>();
    while (forks.size() < n) {
      forks.add(next());
    }
    return forks;
  }

  private Sample sample(double factor) {
    final double machine = Math.pow(1 + drift, count);
    final double head = machine * factor * luck();
    final double base = machine * luck();
    final double plain = machine * yardstick * (1 + 0.01 * random.nextGaussian());
    final double traffic = machine * (1 + 0.01 * random.nextGaussian()) / 2;
    return new Sample(0.4 * head, head / base, head / plain, head / traffic, bytes);
  }

  private double luck() {
    return Math.exp(noise * random.nextGaussian())
        * (random.nextDouble() < slowForks ? 1.1 : 1)
        * (random.nextDouble() < outliers ? 3 : 1);
  }
}
