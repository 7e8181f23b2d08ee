// All that is sent with every decision: a call of what the view brought along.
export default function (component) {
  let gone = null;
  const start = () => { gone ??= window.focusReviewLayer(component); };
  if (window.focusReviewLayer) start();
  else window.addEventListener('focus-review-view', start, { once: true });
  return () => { window.removeEventListener('focus-review-view', start); gone?.(); };
}
