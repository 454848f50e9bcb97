// Draws a map from the list that is already on the page. Sent only to pages with a map, after leaflet.js.
//   <div class="map" data-map="places" data-tiles="https://..." data-attribution="..." hidden></div>
//   <ul id="places"><li data-lat="53.36" data-lon="-2.73"><a href="/hubs/...">Name</a></li></ul>
(function (document, L) {
  'use strict';
  if (!L) return;

  Array.prototype.forEach.call(document.querySelectorAll('[data-map]'), function (box) {
    var list = document.getElementById(box.getAttribute('data-map'));
    var places = list ? list.querySelectorAll('[data-lat][data-lon]') : [];
    if (!places.length) return;

    box.hidden = false;
    // Nothing moves by itself, and a page being scrolled must not turn into a map being zoomed.
    var map = L.map(box, {
      scrollWheelZoom: false, zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false
    });
    map.attributionControl.setPrefix(false);
    L.tileLayer(box.getAttribute('data-tiles'), {
      maxZoom: 18, attribution: box.getAttribute('data-attribution') || ''
    }).addTo(map);

    var points = Array.prototype.map.call(places, function (item, index) {
      var point = [parseFloat(item.getAttribute('data-lat')), parseFloat(item.getAttribute('data-lon'))];
      var link = item.querySelector('a');
      var label = (link || item).textContent.trim();
      var popup = document.createElement(link ? 'a' : 'span');
      if (link) popup.href = link.href;
      popup.textContent = label;
      L.marker(point, {
        title: label,
        alt: label,
        icon: L.divIcon({ className: 'map-pin', html: String(index + 1), iconSize: [44, 44], iconAnchor: [22, 44] })
      }).bindPopup(popup, { autoPan: true }).addTo(map);
      return point;
    });
    if (points.length > 1) map.fitBounds(points, { padding: [44, 44], maxZoom: 15 });
    else map.setView(points[0], 15);
  });
})(document, window.L);
