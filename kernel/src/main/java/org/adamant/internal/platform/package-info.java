/**
 * The machine: what this JVM and processor can do, which loop that means, the sentence that says why, and the switch
 * from the scalar path to SIMD. Not exported.
 */
@NullMarked
package org.adamant.internal.platform;

import org.jspecify.annotations.NullMarked;
