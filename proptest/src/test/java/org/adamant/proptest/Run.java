package org.adamant.proptest;

import java.util.concurrent.ThreadLocalRandom;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/**
 * One run of all properties, with one seed for all. The seed is random unless {@code -Dadamant.seed=N} sets it; it
 * is printed once, and by every failure. {@code -Dadamant.tries=K} multiplies the tries of every property.
 */
public final class Run implements AroundPropertyHook {

  private static final String SEED_PROPERTY = "adamant.seed";
  private static final String TRIES_PROPERTY = "adamant.tries";

  static final long SEED = number(SEED_PROPERTY, ThreadLocalRandom.current().nextLong());
  static final int TRIES = Math.toIntExact(number(TRIES_PROPERTY, 1));

  private static long number(String property, long otherwise) {
    final String value = System.getProperty(property, "" + otherwise);
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "-D" + property + "=" + value + ": expected a whole number", e);
    }
  }

  /** Prints the seed even if nothing fails, as one may want to repeat the run on another machine. */
  private static final class Announcement {
    static {
      System.out.println("Properties: to repeat this run, mvn verify " + replay());
    }

    private Announcement() {}

    /** Makes it, the first time. */
    static void make() {}
  }

  /** How to run what failed once more. */
  static String replay() {
    return "-D" + SEED_PROPERTY + "=" + SEED
        + (TRIES == 1 ? "" : " -D" + TRIES_PROPERTY + "=" + TRIES);
  }

  @Override
  public PropagationMode propagateTo() {
    return PropagationMode.ALL_DESCENDANTS;
  }

  @Override
  public PropertyExecutionResult aroundProperty(
      PropertyLifecycleContext context, PropertyExecutor property) {
    Announcement.make();
    if (context.attributes().seed().isEmpty()) {
      context.attributes().setSeed("" + SEED);
    }
    final int tries = context.attributes().tries().orElse(1);
    if (tries > 1) {
      context.attributes().setTries(Math.multiplyExact(tries, TRIES));
    }
    final PropertyExecutionResult result = property.execute();
    if (result.status() == PropertyExecutionResult.Status.FAILED) {
      context.reporter().publishValue("replay with", replay());
    }
    return result;
  }
}
