export default (c) => {
  const w = window, e = 'focus-review-view';
  let off;
  const go = () => { off ??= w.focusReviewLayer(c); };
  if (w.focusReviewLayer) go(); else w.addEventListener(e, go);
  return () => { w.removeEventListener(e, go); off?.(); };
};
