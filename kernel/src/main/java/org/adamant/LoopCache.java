package org.adamant;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.adamant.internal.loop.Layout;
import org.adamant.internal.loop.Loop;
import org.adamant.internal.loop.Shared;
import org.adamant.internal.loop.Variant;
import org.adamant.internal.platform.Changeover;
import org.adamant.internal.platform.Changeover.Progress;
import org.adamant.internal.width.WidthChoice;
import org.jspecify.annotations.Nullable;

/** The loops of a kernel, by variant and layout. Each is made when it is first needed, and kept. */
final class LoopCache {

  private final WidthChoice choice;

  private final ConcurrentMap<Variant, Loops> byVariant = new ConcurrentHashMap<>();

  /** The loops of the last variant; a race costs only a look-up. */
  private @Nullable Loops last;

  private final Loops reading;

  LoopCache(WidthChoice choice) {
    this.choice = choice;
    this.reading = new Loops(choice, Variant.BASIC);
    byVariant.put(Variant.BASIC, reading);
  }

  /** The loops of a variant, by the number of the layout. */
  private static final class Loops {
    private final WidthChoice choice;
    private final Variant variant;
    private volatile @Nullable Loop[] byLayout = new Loop[0];

    Loops(WidthChoice choice, Variant variant) {
      this.choice = choice;
      this.variant = variant;
    }

    Loop of(Layout layout) {
      final @Nullable Loop[] known = byLayout;
      final Loop loop = layout.id < known.length ? known[layout.id] : null;
      return loop != null ? loop : make(layout);
    }

    private synchronized Loop make(Layout layout) {
      final @Nullable Loop[] loops =
          Arrays.copyOf(byLayout, Math.max(byLayout.length, layout.id + 1));
      final Loop known = loops[layout.id];
      if (known != null) {
        return known;
      }
      final Loop made = choice.loop(layout, variant);
      loops[layout.id] = made;
      byLayout = loops;
      return made;
    }
  }

  /** The loop that steps operands of a layout. */
  Loop stepping(Variant variant, Layout layout) {
    final Loops loops = last;
    // Compared by reference, as steps share their variants.
    return (loops != null && loops.variant == variant ? loops : find(variant)).of(layout);
  }

  /** The loop that reads gradients, shared by all variants, and by all layouts with such gradients. */
  Loop reading(Layout layout) {
    return reading.of(layout.ofGrads());
  }

  private Loops find(Variant variant) {
    final Loops known = byVariant.get(variant);
    final Loops found =
        known != null ? known : Shared.keep(byVariant, variant, new Loops(choice, variant));
    last = found;
    return found;
  }

  /** The progress of all loops used so far. */
  Progress progress() {
    Progress sum = Progress.NONE;
    for (Loops loops : byVariant.values()) {
      for (Loop loop : loops.byLayout) {
        if (loop instanceof Changeover changeover) {
          sum = sum.plus(changeover.progress());
        }
      }
    }
    return sum;
  }
}
