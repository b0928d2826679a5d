/**
 * The work: a model cut into blocks, in the same way for steps, norms and the search for gradients that are not
 * finite, and its parts on threads. Not exported.
 */
@NullMarked
package org.adamant.internal.work;

import org.jspecify.annotations.NullMarked;
