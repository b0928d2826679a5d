package org.adamant.bench.results;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.adamant.bench.page.Numbers;
import org.adamant.bench.support.Element;

/**
 * The operands and the variant of one step.
 *
 * @param kind which arrays, and which variant
 * @param element their type
 * @param size the elements of the array, for the kinds that have one array
 * @param threads the largest number of threads that a step may use
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Workload(Kind kind, Element element, int size, int threads) {

  /** Which arrays, and what a step does. */
  public enum Kind {
    /** The basic step over one array. */
    ARRAY,
    /**
     * Unscaling, a clip factor, AdamW, the moving average of the parameters and zeroed gradients, over one
     * array.
     */
    ONE_PASS,
    /** The basic step over one array of each operand, all in bfloat16, computed in float. */
    BFLOAT16,
    /** The basic step over the layers of a network 3-64-64-1, as one call. */
    @JsonAlias("ARTICLE") SMALL_NETWORK,
    /** The basic step over the shapes of GPT-2 small, as one call. */
    GPT2;

    public boolean hasSize() {
      return this == ARRAY || this == ONE_PASS || this == BFLOAT16;
    }

    /** Whether a step can compute in this type. */
    public boolean takes(Element element) {
      return this != BFLOAT16 || element == Element.FLOAT;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private static final int[] SMALL_NETWORK_LENGTHS = {3 * 64, 64, 64 * 64, 64, 64, 1};

  /** A size with several blocks, work for more than one thread, and a tail for every lane count. */
  private static final int SMALL_SIZE = 100_003;

  private static final int WIDTH = 768;
  private static final int VOCABULARY = 50_257;
  private static final int POSITIONS = 1_024;
  private static final int BLOCKS = 12;

  /** The weights and biases of two norms, two layers of the attention and two of the perceptron. */
  private static final int[] BLOCK_LENGTHS = {
    WIDTH, WIDTH,
    WIDTH * 3 * WIDTH, 3 * WIDTH,
    WIDTH * WIDTH, WIDTH,
    WIDTH, WIDTH,
    WIDTH * 4 * WIDTH, 4 * WIDTH,
    4 * WIDTH * WIDTH, WIDTH
  };

  /** The lengths of the arrays. */
  public int[] lengths() {
    return switch (kind) {
      case ARRAY, ONE_PASS, BFLOAT16 -> new int[] {size};
      case SMALL_NETWORK -> SMALL_NETWORK_LENGTHS.clone();
      case GPT2 -> Stream.of(
          IntStream.of(VOCABULARY * WIDTH, POSITIONS * WIDTH),
          IntStream.range(0, BLOCKS).flatMap(_ -> IntStream.of(BLOCK_LENGTHS)),
          IntStream.of(WIDTH, WIDTH))
          .flatMapToInt(lengths -> lengths)
          .toArray();
    };
  }

  /** The elements of all arrays. */
  public long elements() {
    return IntStream.of(lengths()).asLongStream().sum();
  }

  @JsonIgnore
  public boolean isOnePass() {
    return kind == Kind.ONE_PASS;
  }

  @JsonIgnore
  public boolean isBfloat16() {
    return kind == Kind.BFLOAT16;
  }

  /** A workload that soon gets the same code compiled. */
  public Workload small() {
    return switch (kind) {
      case ARRAY, ONE_PASS, BFLOAT16 -> new Workload(kind, element, SMALL_SIZE, threads);
      case SMALL_NETWORK -> this;
      case GPT2 -> new Workload(Kind.ARRAY, element, SMALL_SIZE, threads);
    };
  }

  /** The name for a table. */
  public String label() {
    final String what =
        switch (kind) {
          case ARRAY -> element + " " + Numbers.plain(size);
          case ONE_PASS -> element + " " + Numbers.plain(size) + ", all in one pass";
          case BFLOAT16 -> "bfloat16 " + Numbers.plain(size);
          case SMALL_NETWORK -> element + ", the small network";
          case GPT2 -> element + ", GPT-2 small";
        };
    return threads == 1 ? what : what + ", " + threads + " threads";
  }
}
